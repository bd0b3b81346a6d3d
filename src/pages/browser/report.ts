/** A report's charts: drawn in the reader's colours, as wide as the page, smoothed as the reader wants. */
import { lineChart } from '../../charts/line-chart';
import { chartTheme } from '../../charts/theme';
import { figureChart } from '../../report/figure-chart';
import type { FigureData } from '../../report/figure-chart';
import { drawIn } from './dom/drawing';
import { requireElement } from './dom/element';

const figures = JSON.parse(requireElement('data-figures', HTMLScriptElement).text) as FigureData[];
const dark = matchMedia('(prefers-color-scheme: dark)');
const LONG_LEVEL = 2;

if (figures.length > 0) start();

function start(): void {
  const smoothing = requireElement('smoothing', HTMLSelectElement);
  const drawings = figures.map((figure) => {
    const place = requireElement(figure.id, HTMLElement);
    const target = place.querySelector<HTMLElement>('.drawing');
    if (target === null) throw new Error(`The figure ${figure.id} has no place for its chart.`);
    target.hidden = false;
    return { figure, drawing: drawIn(target) };
  });
  document.documentElement.classList.add('drawn');
  const draw = (): void => {
    const theme = chartTheme(dark.matches ? 'dark' : 'light');
    for (const { figure, drawing } of drawings) {
      const automatic = figure.isLong ? LONG_LEVEL : 0;
      const level = smoothing.value === 'auto' ? automatic : Number(smoothing.value);
      drawing.show(lineChart({ ...figureChart(figure, level), theme, showTitle: false }));
    }
  };
  requireElement('controls', HTMLFormElement).hidden = false;
  smoothing.addEventListener('change', draw);
  dark.addEventListener('change', draw);
  draw();
}
