import { LineChart } from 'echarts/charts';
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use } from 'echarts/core';
import type { EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { chartTheme, dataTable, lineChart, shownNumber, smooth } from '../../../charts/pure';
import type { ChartOption, ChartPoint, LineSeries } from '../../../charts/pure';
import type { CurvePoints, MetricBand } from '../../../contracts';
import { element } from '../dom/element';

use([
  CanvasRenderer,
  GridComponent,
  LegendComponent,
  LineChart,
  MarkAreaComponent,
  TitleComponent,
  TooltipComponent,
]);

/** A curve in a figure, with its label. */
export interface NamedCurve {
  readonly label: string;
  /** Index of its colour and dash pattern. */
  readonly place: number;
  readonly points: CurvePoints;
}

export interface FigureContent {
  readonly curves: readonly NamedCurve[];
  readonly band: MetricBand | undefined;
  /** Smoothing from 0, none, to below 1. */
  readonly smoothing: number;
  readonly logarithmic: boolean;
  readonly dark: boolean;
}

/** Maximum number of rows in a table, which is meant for reading. */
const mostRows = 60;

/** The curves of one metric: a chart, its newest value as text, and a table. */
export class CurveFigure {
  readonly node: HTMLElement;
  private readonly newest = element('span', { class: 'newest' });
  private readonly plot: HTMLDivElement;
  private readonly note = element('p', { class: 'note' });
  private readonly table: HTMLDetailsElement;
  private readonly tableBody = element('div');
  private chart: EChartsType | null = null;
  private content: FigureContent | null = null;

  constructor(private readonly title: string) {
    this.plot = element('div', { class: 'plot', role: 'img', 'aria-label': title });
    this.table = element(
      'details',
      { class: 'table' },
      element('summary', {}, `Table: ${title}`),
      this.tableBody,
    );
    this.node = element(
      'figure',
      {},
      element('figcaption', {}, `${title} `, this.newest),
      ...[this.plot, this.note, this.table],
    );
    this.table.addEventListener('toggle', () => {
      this.fillTable();
    });
    new ResizeObserver(() => this.chart?.resize()).observe(this.plot);
  }

  show(content: FigureContent): void {
    this.content = content;
    const [own] = content.curves;
    if (own === undefined) return;
    this.newest.textContent = newestOf(own.points);
    this.note.textContent = content.curves.flatMap(({ label, points }) => brokenOf(label, points)).join(' ');
    this.plot.setAttribute('aria-label', `${this.title}: ${this.newest.textContent}. A table follows.`);
    // Charts are drawn on a canvas, and texts without elements, since this page forbids inline styles.
    this.chart ??= init(this.plot, null, { renderer: 'canvas' });
    this.chart.setOption(this.optionOf(content), { notMerge: true });
    this.fillTable();
  }

  private optionOf({ curves, band, smoothing, logarithmic, dark }: FigureContent): ChartOption {
    const values = curves.flatMap(({ points }) => points.lows.filter((low) => low !== null));
    const isLogarithmic = logarithmic && values.length > 0 && values.every((value) => value > 0);
    const option = lineChart({
      title: this.title,
      x: { name: 'updates' },
      y: { name: '', type: isLogarithmic ? 'log' : 'value' },
      series: curves.flatMap((curve) => seriesOf(curve, smoothing)),
      band:
        band === undefined
          ? undefined
          : { from: isLogarithmic ? band.warnBelow / 10 : 0, to: band.warnBelow, label: band.below },
      theme: chartTheme(dark ? 'dark' : 'light'),
      showTitle: false,
    });
    return { ...option, tooltip: { ...(option['tooltip'] as ChartOption), renderMode: 'richText' } };
  }

  private fillTable(): void {
    if (!this.table.open || this.content === null) return;
    const { curves } = this.content;
    const heads = curves.flatMap(({ label, points }) =>
      points.stride === 1 ? [label] : [`${label}, mean`, 'lowest', 'highest'],
    );
    const rows = new Map<number, (number | null)[]>();
    let at = 0;
    for (const { points } of curves) {
      const columns = points.stride === 1 ? [points.means] : [points.means, points.lows, points.highs];
      const every = Math.ceil(points.steps.length / mostRows);
      for (const [index, step] of points.steps.entries()) {
        // The newest value is always included.
        if ((points.steps.length - 1 - index) % every !== 0) continue;
        const row = rows.get(step) ?? heads.map(() => null);
        for (const [column, values] of columns.entries()) row[at + column] = values[index] ?? null;
        rows.set(step, row);
      }
      at += columns.length;
    }
    const isThinned = curves.some(({ points }) => points.steps.length > mostRows);
    const { scrollTop = 0 } = this.tableBody.firstElementChild ?? {};
    this.tableBody.innerHTML = dataTable({
      caption: this.title,
      columns: ['updates', ...heads],
      rows: [...rows].sort(([a], [b]) => a - b).map(([step, cells]) => [step, ...cells]),
      note: isThinned ? 'Not every value has a row. Empty cells: no value, or not finite.' : undefined,
      isFolded: false,
    });
    if (this.tableBody.firstElementChild !== null) this.tableBody.firstElementChild.scrollTop = scrollTop;
  }
}

function seriesOf({ label, place, points }: NamedCurve, smoothing: number): LineSeries[] {
  const line = (values: CurvePoints['means']): ChartPoint[] =>
    points.steps.map((step, index) => [step, values[index] ?? NaN]);
  // Learning rates are exact, and means of epochs are few, so neither is smoothed.
  const isMeasured = points.kind !== 'epoch' && !points.name.startsWith('lr-');
  const isSmoothed = smoothing > 0 && isMeasured && points.steps.length > 2;
  const behind = points.stride > 1 ? [points.lows, points.highs] : isSmoothed ? [points.means] : [];
  return [
    ...behind.map((values) => ({ name: label, points: line(values), place, isBackground: true })),
    { name: label, points: isSmoothed ? smooth(line(points.means), smoothing) : line(points.means), place },
  ];
}

/** Describes the newest value, even if it is not finite. */
function newestOf({ steps, means }: CurvePoints): string {
  const step = steps.at(-1);
  const mean = means.at(-1);
  if (step === undefined || mean === undefined) return '';
  return `${mean === null ? 'not finite' : shownNumber(mean)} at update ${step.toLocaleString('en-US')}`;
}

function brokenOf(label: string, { steps, broken }: CurvePoints): string[] {
  const sum = broken.reduce((before, one) => before + one, 0);
  if (sum === 0) return [];
  const first = steps[broken.findIndex((one) => one > 0)] ?? 0;
  const values = sum === 1 ? 'One value was' : `${sum.toLocaleString('en-US')} values were`;
  return [`${label}: ${values} NaN or infinite, the first by update ${first.toLocaleString('en-US')}.`];
}
