import { barChart, dataTable, shownNumber } from '../charts';
import { chartFigure } from './chart-figure';
import type { ChartFigure } from './chart-figure';
import type { EvaluationRecord, ReportedRun } from './reported-run';

interface Figure {
  readonly run: number;
  readonly record: EvaluationRecord;
  readonly metric: string;
  readonly value: number;
}

/**
 * Shows the figures of evaluations that commands have recorded: values between 0 and 1 as bars, and all of them as a
 * table.
 */
export async function evaluationSection(
  runs: readonly ReportedRun[],
): Promise<{ readonly html: string; readonly figures: readonly ChartFigure[] }> {
  const figures = runs.flatMap(({ evaluations }, run) =>
    evaluations.flatMap((record) =>
      Object.entries(record.metrics).map(([metric, value]): Figure => ({ run, record, metric, value })),
    ),
  );
  if (figures.length === 0) return { html: '', figures: [] };
  const bars = await barsOf(runs, figures);
  return {
    figures: bars === null ? [] : [bars],
    html: `<section><h2>Evaluations</h2>${bars?.html ?? ''}${tableOf(runs, figures)}${changeOf(runs, figures)}</section>`,
  };
}

/** The newest figure of each metric with values between 0 and 1; a run's bars have its colour. */
async function barsOf(runs: readonly ReportedRun[], figures: readonly Figure[]): Promise<ChartFigure | null> {
  const shares = figures.filter(({ metric, value }) => /accuracy/i.test(metric) && value >= 0 && value <= 1);
  const metrics = [...new Set(shares.map(({ metric }) => metric))];
  if (metrics.length === 0) return null;
  const series = runs.map(({ label }, run) => ({
    name: label,
    place: run,
    values: metrics.map((metric) => newest(shares, run, metric)?.value ?? null),
  }));
  const words = series.map(({ name, values }) => {
    const parts = values.map((value, index) => {
      const figure = value === null ? 'not measured' : shownNumber(value);
      return `${metrics[index] ?? ''} ${figure}`;
    });
    return `${name}: ${parts.join(', ')}.`;
  });
  return chartFigure({
    id: 'evaluations',
    title: 'Accuracy of the newest evaluations',
    about: `Bars. ${words.join(' ')}`,
    option: (theme) =>
      barChart({
        title: 'Accuracy',
        theme,
        showTitle: false,
        categories: metrics,
        values: { name: 'accuracy', min: 0, max: 1 },
        series,
      }),
  });
}

function newest(figures: readonly Figure[], run: number, metric: string): Figure | undefined {
  return figures.findLast((figure) => figure.run === run && figure.metric === metric);
}

function tableOf(runs: readonly ReportedRun[], figures: readonly Figure[]): string {
  return dataTable({
    caption: 'Evaluations of checkpoints',
    columns: ['run', 'command', 'checkpoint', 'weights', 'figure', 'value'],
    rows: figures.map(({ run, record, metric, value }) => [
      runs[run]?.label ?? '',
      record.command,
      record.checkpoint ?? `random (${record.file})`,
      record.weights,
      metric,
      value,
    ]),
    isFolded: false,
  });
}

/** The differences of the runs' newest figures from those of the first run. */
function changeOf(runs: readonly ReportedRun[], figures: readonly Figure[]): string {
  if (runs.length < 2) return '';
  const metrics = [...new Set(figures.map(({ metric }) => metric))];
  const rows = metrics.map((metric) => {
    const values = runs.map((_, run) => newest(figures, run, metric)?.value ?? null);
    const [first = null] = values;
    return [
      metric,
      ...values,
      ...values.slice(1).map((value) => (value === null || first === null ? null : value - first)),
    ];
  });
  const labels = runs.map(({ label }) => label);
  return dataTable({
    caption: `Newest figures, and their differences from ${labels[0] ?? ''}`,
    columns: ['figure', ...labels, ...labels.slice(1).map((label) => `difference of ${label}`)],
    rows,
    isFolded: false,
  });
}
