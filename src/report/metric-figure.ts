import { dataTable, downsample, escapeHtml, lineChart, shownNumber, smooth } from '../charts';
import type { ChartBand, ChartPoint } from '../charts';
import { figureHtml, figurePicture } from './chart-figure';
import { figureChart, smoothings } from './figure-chart';
import type { FigureData } from './figure-chart';
import type { StepValue, ReportedRun } from './reported-run';

/** Maximum number of points of a line in a page, and of rows of the table below it. */
const MOST_POINTS = 1000;
const MOST_ROWS = 100;
/** Shorter lines are not smoothed by default. */
const LONG = 60;

export interface MetricFigure {
  readonly html: string;
  readonly data: FigureData;
}

/**
 * Returns the figure of a metric of one or several runs: a picture of its lines for paper, the data from which a script
 * draws them, and a table of its values.
 */
export async function metricFigure(
  metric: string,
  runs: readonly ReportedRun[],
  id: string,
): Promise<MetricFigure> {
  const lines = runs.flatMap((run, place) => {
    const values = run.metrics?.values.get(metric);
    return values === undefined ? [] : [{ run: run.label, place, values }];
  });
  const data: FigureData = {
    id,
    title: metric,
    isLong: lines.some(({ values }) => values.length > LONG),
    band: bandOf(metric, runs),
    lines: lines.map(({ run, place, values }) => ({ run, place, levels: levelsOf(values) })),
  };
  const option = lineChart({ ...figureChart(data, data.isLong ? 2 : 0), showTitle: false });
  const about = lines.map(({ run, values }) => describe(run, values)).join(' ');
  return {
    data,
    html: figureHtml(
      id,
      metric,
      `Line chart of ${metric} by updates. ${about}`,
      await figurePicture(option),
      gapNote(lines) + tableOf(metric, lines),
    ),
  };
}

function levelsOf(values: readonly StepValue[]): ChartPoint[][] {
  const points = values.map(({ step, value }): ChartPoint => [step, value]);
  return smoothings.map((weight) => downsample(smooth(points, weight), MOST_POINTS).map(rounded));
}

/** Six digits are more than a chart shows, and halve the size; values that are not finite become gaps. */
function rounded([x, y]: ChartPoint): ChartPoint {
  return [x, Number(y.toPrecision(6))];
}

/** Returns the band that a plugin recorded, or the sentinel's default for its own metrics. */
function bandOf(metric: string, runs: readonly ReportedRun[]): ChartBand | null {
  const own = runs.flatMap(({ bands }) => bands).find((band) => band.metric === metric);
  if (own !== undefined) return { from: 0, to: own.warnBelow, label: `${own.below}: below ${own.warnBelow}` };
  return metric.endsWith('_std') ? { from: 0, to: 0.5, label: 'collapse: below 0.5, the default' } : null;
}

interface NamedValues {
  readonly run: string;
  readonly values: readonly StepValue[];
}

function describe(run: string, values: readonly StepValue[]): string {
  const finite = values.filter(({ value }) => Number.isFinite(value));
  const [first] = finite;
  const last = finite.at(-1);
  if (first === undefined || last === undefined) return `${run}: no finite value.`;
  const numbers = finite.map(({ value }) => value);
  const low = shownNumber(numbers.reduce((a, b) => Math.min(a, b)));
  const high = shownNumber(numbers.reduce((a, b) => Math.max(a, b)));
  return `${run}: from ${shownNumber(first.value)} to ${shownNumber(last.value)}, lowest ${low}, highest ${high}.`;
}

/** Gaps in a line are easily overlooked. */
function gapNote(lines: readonly NamedValues[]): string {
  const notes = lines.flatMap(({ run, values }) => {
    const wild = values.filter(({ value }) => !Number.isFinite(value));
    const [first] = wild;
    if (first === undefined) return [];
    const count = wild.length === 1 ? '1 value is' : `${wild.length} values are`;
    return [
      `<p class="warning">${escapeHtml(run)}: ${count} not finite, first ${shownNumber(first.value)} at update ${first.step}.</p>`,
    ];
  });
  return notes.join('');
}

function tableOf(metric: string, lines: readonly NamedValues[]): string {
  const bySteps = lines.map(({ values }) => new Map(values.map(({ step, value }) => [step, value])));
  const steps = [...new Set(bySteps.flatMap((values) => [...values.keys()]))].sort((a, b) => a - b);
  const extremes = lines.flatMap(({ values }) => extremesOf(values));
  const chosen = [
    ...new Set([...spread(steps, MOST_ROWS), ...(steps.length > MOST_ROWS ? extremes : [])]),
  ].sort((a, b) => a - b);
  const isPart = chosen.length < steps.length;
  return dataTable({
    caption: `${metric} by updates`,
    columns: ['update', ...lines.map(({ run }) => run)],
    rows: chosen.map((step) => [step, ...bySteps.map((values) => values.get(step) ?? null)]),
    note: isPart
      ? `${chosen.length} of ${steps.length.toLocaleString('en-US')} updates, spread evenly, including the lowest and the highest value of each line; the run folder contains all of them.`
      : undefined,
  });
}

/** Returns the steps of the minimum and maximum of a line. */
function extremesOf(values: readonly StepValue[]): number[] {
  const finite = values.filter(({ value }) => Number.isFinite(value));
  const [first] = finite;
  if (first === undefined) return [];
  const lowest = finite.reduce((one, other) => (other.value < one.value ? other : one), first);
  const highest = finite.reduce((one, other) => (other.value > one.value ? other : one), first);
  return [lowest.step, highest.step];
}

/** Returns at most `most` items of a list, spread evenly, including the first and the last. */
function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, index) =>
    Math.round((index * (list.length - 1)) / (most - 1)),
  ).flatMap((at) => list.slice(at, at + 1));
}
