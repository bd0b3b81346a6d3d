import { dataTable, escapeHtml, htmlDocument } from '../charts';
import type { Json } from '../contracts';
import { pageScript } from '../pages';
import { differencesOf, valuesByPath } from './differences';
import { evaluationSection } from './evaluation-section';
import type { FigureData } from './figure-chart';
import { metricFigure } from './metric-figure';
import { topicsOf } from './metric-topics';
import { pictureSection } from './picture-section';
import { reportStyle } from './report-style';
import type { ReportedRun } from './reported-run';
import { summarySection } from './summary-section';

/** Returns a report of runs as one HTML text, which loads nothing. */
export async function reportPage(
  runs: readonly ReportedRun[],
  made: { readonly at: Date; readonly by: string },
): Promise<string> {
  const title = `Report: ${runs.map(({ label }) => label).join(', ')}`;
  const training = await trainingSections(runs);
  const evaluations = await evaluationSection(runs);
  const sections = [
    summarySection(runs),
    evaluations.html,
    training.html,
    nearestSection(runs),
    pictureSection(runs),
    differenceSection(runs),
    recordSection('Configuration', runs, ({ configs }) => configs),
    recordSection('Environment', runs, ({ environments }) => environments),
    messageSection(runs),
  ];
  return htmlDocument({
    title,
    style: reportStyle,
    scripts: [await pageScript('report')],
    data: {
      figures: training.figures,
      charts: evaluations.figures.map(({ id, light, dark }) => ({ id, light, dark })),
    },
    body:
      '<a class="skip" href="#main">Skip to the report</a>' +
      `<header><h1>${escapeHtml(title)}</h1><p class="muted">Made on <time datetime="${made.at.toISOString()}">${made.at.toISOString().slice(0, 16).replace('T', ' ')} UTC</time> by Fulgur ${escapeHtml(made.by)}.</p></header>` +
      `<main id="main" tabindex="-1">${sections.join('\n')}</main>`,
  });
}

async function trainingSections(
  runs: readonly ReportedRun[],
): Promise<{ readonly html: string; readonly figures: readonly FigureData[] }> {
  const names = [...new Set(runs.flatMap(({ metrics }) => [...(metrics?.values.keys() ?? [])]))];
  const figures: FigureData[] = [];
  const parts: string[] = [];
  for (const { topic, metrics } of topicsOf(names)) {
    const charts: string[] = [];
    const { single, lines } = bySize(metrics, runs);
    for (const metric of lines) {
      const { html, data } = await metricFigure(metric, runs, `metric-${figures.length}`);
      figures.push(data);
      charts.push(html);
    }
    parts.push(
      `<section><h2>${topic.heading}</h2><p class="muted">${topic.about}</p><div class="charts">${charts.join('\n')}</div>${single}</section>`,
    );
  }
  const without = runs.filter(({ metrics }) => metrics === null);
  const remarks = [
    ...without.map(
      ({ label }) =>
        `${label} has no metrics in its folder: either nothing has been logged yet, or its plugins do not include csvLogger(), jsonlLogger() or tensorboardLogger().`,
    ),
    ...runs.flatMap(({ label, metrics }) => (metrics?.remarks ?? []).map((remark) => `${label}: ${remark}`)),
    ...runs.flatMap(({ label, problems }) => problems.map((problem) => `${label}: ${problem}`)),
  ];
  const notes = remarks.map((remark) => `<p class="warning">${escapeHtml(remark)}</p>`).join('');
  return { figures, html: notes + (figures.length === 0 ? '' : controls) + parts.join('\n') };
}

/** Metrics with several values in a run get lines; the others are shown in one table. */
function bySize(metrics: readonly string[], runs: readonly ReportedRun[]) {
  const count = (metric: string, run: ReportedRun): number => run.metrics?.values.get(metric)?.length ?? 0;
  const lines = metrics.filter((metric) => runs.some((run) => count(metric, run) > 1));
  const alone = metrics.filter((metric) => !lines.includes(metric));
  const table = dataTable({
    caption: 'Logged once',
    columns: ['metric', ...runs.flatMap(({ label }) => [label, `${label}: update`])],
    rows: alone.map((metric) => [
      metric,
      ...runs.flatMap((run) => {
        const [value] = run.metrics?.values.get(metric) ?? [];
        return value === undefined ? [null, null] : [value.value, value.step];
      }),
    ]),
    isFolded: false,
  });
  return { lines, single: alone.length === 0 ? '' : table };
}

const controls =
  '<form class="controls no-print" id="controls" hidden>' +
  '<label for="smoothing">Smoothing</label> <select id="smoothing">' +
  '<option value="auto" selected>long lines only (0.9)</option><option value="0">none</option><option value="1">0.6</option>' +
  '<option value="2">0.9</option><option value="3">0.99</option></select></form>';

function differenceSection(runs: readonly ReportedRun[]): string {
  const labels = runs.map(({ label }) => label);
  const parts: string[] = [];
  const compare = (records: readonly Json[], heads: readonly string[], caption: string): void => {
    const rows = differencesOf(records);
    if (rows.length === 0) return;
    parts.push(
      dataTable({
        caption,
        columns: ['setting', ...heads],
        rows: rows.map(({ path, values }) => [path, ...values.map((value) => value ?? '(none)')]),
        isFolded: false,
      }),
    );
  };
  if (runs.length > 1) {
    compare(
      runs.map(({ configs }) => configs.at(-1) ?? {}),
      labels,
      'Configurations: differences',
    );
    compare(
      runs.map(({ environments }) => environments.at(-1) ?? {}),
      labels,
      'Environments: differences',
    );
    if (parts.length === 0) parts.push('<p>Configurations and environments are identical.</p>');
  }
  for (const { label, configs } of runs) {
    const heads = configs.map((_, index) => (index === 0 ? 'first start' : `resumed (${index})`));
    if (configs.length > 1) compare(configs, heads, `What resuming changed in ${label}`);
  }
  return parts.length === 0 ? '' : `<section><h2>Differences</h2>${parts.join('\n')}</section>`;
}

function recordSection(
  heading: string,
  runs: readonly ReportedRun[],
  recordsOf: (run: ReportedRun) => readonly Json[],
): string {
  const parts = runs.map((run) => {
    const record = recordsOf(run).at(-1);
    if (record === undefined) return `<p>${escapeHtml(run.label)} has no record of it.</p>`;
    const rows = [...valuesByPath(record)];
    const table = dataTable({ caption: `${heading} of ${run.label}`, columns: ['setting', 'value'], rows });
    return `<div class="record">${table}</div>`;
  });
  return `<section><h2>${heading}</h2>${parts.join('\n')}</section>`;
}

function messageSection(runs: readonly ReportedRun[]): string {
  const parts = runs.flatMap(({ label, messages }) =>
    messages.length === 0
      ? []
      : [
          dataTable({
            caption: `Messages of ${label}`,
            columns: ['time', 'update', 'level', 'message'],
            rows: messages.map(({ time, step, level, text }) => [time, step, level, text]),
          }),
        ],
  );
  if (parts.length === 0) return '';
  return `<section><h2>Messages</h2>${parts.join('\n')}</section>`;
}

/** More tables of nearest images than these start folded. */
const MOST_OPEN = 8;

/** Lists the nearest images that the command `neighbours` found; its pictures are among the other pictures. */
function nearestSection(runs: readonly ReportedRun[]): string {
  const found = runs.flatMap(({ label, evaluations }) =>
    evaluations.flatMap(({ file, nearest }) => nearest.map((one) => ({ ...one, label, file }))),
  );
  if (found.length === 0) return '';
  const tables = found.map(({ query, neighbours, label, file }) =>
    dataTable({
      caption: `Nearest to ${query}`,
      columns: ['rank', 'image', 'cosine similarity'],
      rows: neighbours.map(({ name, similarity }, i) => [i + 1, name, similarity]),
      note: runs.length > 1 ? `${label}: ${file}` : file,
      isFolded: found.length > MOST_OPEN,
    }),
  );
  return `<section><h2>Nearest images</h2>${tables.join('\n')}</section>`;
}
