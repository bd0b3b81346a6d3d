import { chartTheme, escapeHtml, renderSvg } from '../charts';
import type { ChartOption, ChartTheme } from '../charts';

/** A chart whose values do not depend on the colour scheme. */
export interface ChartFigure {
  readonly id: string;
  readonly html: string;
  readonly light: ChartOption;
  readonly dark: ChartOption;
}

interface FigureRequest {
  readonly id: string;
  readonly title: string;
  /** A description of the chart in sentences. */
  readonly about: string;
  readonly option: (theme: ChartTheme) => ChartOption;
}

const size = { width: 720, height: 320 };

/**
 * Returns a picture for paper and for readers without scripts, and the container in which the page's script draws the
 * chart.
 */
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

/** Returns the picture of an option as it appears in a report. */
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
