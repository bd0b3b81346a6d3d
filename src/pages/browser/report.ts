/** The charts of a report: drawn in the reader's colours, as wide as the page, with the chosen smoothing. */
import { lineChart } from '../../charts/line-chart';
import type { ChartOption } from '../../charts/option';
import { chartTheme } from '../../charts/theme';
import { figureChart } from '../../report/figure-chart';
import type { FigureData } from '../../report/figure-chart';
import { drawIn } from './dom/drawing';
import type { Drawing } from './dom/drawing';
import { requireElement } from './dom/element';

/** A chart whose values do not change. */
interface FixedChart {
  readonly id: string;
  readonly light: ChartOption;
  readonly dark: ChartOption;
}

const figures = JSON.parse(requireElement('data-figures', HTMLScriptElement).text) as FigureData[];
const charts = JSON.parse(requireElement('data-charts', HTMLScriptElement).text) as FixedChart[];
const dark = matchMedia('(prefers-color-scheme: dark)');
const LONG_LEVEL = 2;

start();
window.addEventListener('beforeprint', () => openRecords(true));
window.addEventListener('afterprint', () => openRecords(false));

function start(): void {
  const smoothing = document.querySelector<HTMLSelectElement>('#smoothing');
  const drawings = figures.map((figure) => ({ figure, drawing: drawingOf(figure.id) }));
  const fixed = charts.map((chart) => ({ chart, drawing: drawingOf(chart.id) }));
  document.documentElement.classList.add('drawn');
  const draw = (): void => {
    const theme = chartTheme(dark.matches ? 'dark' : 'light');
    for (const { figure, drawing } of drawings) {
      const automatic = figure.isLong ? LONG_LEVEL : 0;
      const level = smoothing === null || smoothing.value === 'auto' ? automatic : Number(smoothing.value);
      drawing.show(lineChart({ ...figureChart(figure, level), theme, showTitle: false }));
    }
    for (const { chart, drawing } of fixed) drawing.show(dark.matches ? chart.dark : chart.light);
  };
  if (smoothing !== null) requireElement('controls', HTMLFormElement).hidden = false;
  smoothing?.addEventListener('change', draw);
  dark.addEventListener('change', draw);
  draw();
}

function drawingOf(id: string): Drawing {
  const place = requireElement(id, HTMLElement);
  const target = place.querySelector<HTMLElement>('.drawing');
  if (target === null) throw new Error(`The figure ${id} has no container for its chart.`);
  target.hidden = false;
  return drawIn(target);
}

/** Configuration and environment are printed even if they are collapsed on the screen. */
function openRecords(isOpen: boolean): void {
  for (const details of document.querySelectorAll<HTMLDetailsElement>('.record details'))
    details.open = isOpen;
}
