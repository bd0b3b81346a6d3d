import { chartTheme, escapeHtml, renderSvg } from '../charts';
import type { ChartOption, ChartTheme } from '../charts';

/** A chart that has the same values in all colours. */
export interface ChartFigure {
  readonly id: string;
  readonly html: string;
  readonly light: ChartOption;
  readonly dark: ChartOption;
}

interface FigureRequest {
  readonly id: string;
  readonly title: string;
  /** What is seen, in sentences. */
  readonly about: string;
  readonly option: (theme: ChartTheme) => ChartOption;
}

const size = { width: 720, height: 320 };

/** A picture for paper and for readers without scripts, and the place in which the page's script draws the chart. */
export function figureHtml(id: string, title: string, about: string, svg: string, below = ''): string {
  const words = escapeHtml(about);
  const { width, height } = size;
  const data = Buffer.from(svg).toString('base64');
  return (
    `<figure class="chart" id="${id}"><figcaption>${escapeHtml(title)}</figcaption>` +
    `<img class="picture" src="data:image/svg+xml;base64,${data}" width="${width}" height="${height}" alt="${words}">` +
    `<div class="drawing" role="img" aria-label="${words}" hidden></div>${below}</figure>`
  );
}

/** The picture of an option, as it stands in a report. */
export function figurePicture(option: ChartOption): Promise<string> {
  return renderSvg(option, size);
}

export async function chartFigure({ id, title, about, option }: FigureRequest): Promise<ChartFigure> {
  const light = option(chartTheme('light'));
  return {
    id,
    light,
    dark: option(chartTheme('dark')),
    html: figureHtml(id, title, about, await figurePicture(light)),
  };
}
