import { escapeHtml, shownNumber } from '../charts';
import type { Json } from '../contracts';
import type { StepValue, ReportedRun } from './reported-run';

/** Shows what was run, where, when, and how it ended, with one column per run. */
export function summarySection(runs: readonly ReportedRun[]): string {
  const heads = runs
    .map(
      ({ label }, place) =>
        `<th scope="col"><span class="line line-${place % 7}" aria-hidden="true"></span> ${escapeHtml(label)}</th>`,
    )
    .join('');
  const rows = facts.flatMap(({ name, of }) => {
    const cells = runs.map(of);
    if (cells.every((cell) => cell === '')) return [];
    const texts = cells.map((cell) => `<td>${escapeHtml(cell === '' ? '–' : cell)}</td>`).join('');
    return [`<tr><th scope="row">${name}</th>${texts}</tr>`];
  });
  return (
    '<section><h2>Summary</h2><div class="scroll whole" role="region" aria-label="Summary of the runs" tabindex="0"><table class="summary">' +
    `<caption class="visually-hidden">Summary of the runs</caption><thead><tr><td></td>${heads}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div></section>`
  );
}

interface Fact {
  readonly name: string;
  readonly of: (run: ReportedRun) => string;
}

const facts: readonly Fact[] = [
  { name: 'How it ended', of: ({ state }) => state.sentence },
  { name: 'Experiment', of: ({ experiment }) => experiment },
  { name: 'Folder', of: ({ folder }) => folder },
  { name: 'Started', of: (run) => startedAt(run) },
  { name: 'Resumed', of: (run) => resumed(run) },
  { name: 'Data', of: (run) => dataOf(run) },
  { name: 'Seed', of: (run) => text(config(run)['seed']) },
  { name: 'Hyperparameters', of: (run) => hyperparametersOf(run) },
  { name: 'Last loss', of: (run) => lastLoss(run) },
  { name: 'Highest kNN accuracy', of: (run) => highest(run, 'knn_accuracy') },
  { name: 'Machine', of: (run) => machineOf(run) },
  { name: 'Versions', of: (run) => versionsOf(run) },
  { name: 'Commit', of: (run) => text(environment(run)['commit']) },
];

type Fields = Readonly<Record<string, Json | undefined>>;

function fields(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function config({ configs }: ReportedRun): Fields {
  return fields(configs.at(-1));
}

function environment({ environments }: ReportedRun): Fields {
  return fields(environments.at(-1));
}

function text(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function startedAt({ environments }: ReportedRun): string {
  const started = text(fields(environments[0])['startedAt']);
  return started === '' ? '' : `${started.slice(0, 19).replace('T', ' ')} UTC`;
}

/** Later starts write a record only if it differs, which it always does, by its time. */
function resumed({ environments }: ReportedRun): string {
  const times = environments
    .slice(1)
    .map((record) => text(fields(record)['startedAt']).slice(0, 19).replace('T', ' '));
  return times.length === 0 ? '' : `${times.length} × (${times.join(', ')})`;
}

function dataOf(run: ReportedRun): string {
  const { name, samples, classes, batchSize } = fields(environment(run)['data']);
  if (name === undefined) return '';
  const parts = [
    ...(typeof samples === 'number' ? [`${samples.toLocaleString('en-US')} images`] : []),
    ...(typeof classes === 'number' ? [`${classes} classes`] : []),
    ...(typeof batchSize === 'number' ? [`batches of ${batchSize}`] : []),
  ];
  return parts.length === 0 ? text(name) : `${text(name)}: ${parts.join(', ')}`;
}

function hyperparametersOf({ hyperparameters }: ReportedRun): string {
  return Object.entries(fields(hyperparameters.at(-1)))
    .map(([name, value]) => `${name} ${text(value)}`)
    .join(', ');
}

function machineOf(run: ReportedRun): string {
  const { device, machine } = environment(run);
  const { cpu, cores } = fields(machine);
  const { name } = fields(device);
  return [text(name), ...(cpu === undefined ? [] : [`${text(cores)} cores of ${text(cpu)}`])]
    .filter((part) => part !== '')
    .join(', ');
}

function versionsOf(run: ReportedRun): string {
  const names = ['fulgur', 'node', 'tensorflow'] as const;
  return names
    .flatMap((name) => {
      const version = text(environment(run)[name]);
      return version === '' ? [] : [`${name} ${version}`];
    })
    .join(', ');
}

function lastLoss({ metrics }: ReportedRun): string {
  const [name, values] = [...(metrics?.values ?? [])].find(([metric]) => /loss/i.test(metric)) ?? [];
  const last = values?.at(-1);
  return name === undefined || last === undefined ? '' : `${shownNumber(last.value)} (${name})`;
}

function highest({ metrics }: ReportedRun, name: string): string {
  const values = (metrics?.values.get(name) ?? []).filter(({ value }) => Number.isFinite(value));
  const best = values.reduce<StepValue | null>(
    (most, value) => (most === null || value.value > most.value ? value : most),
    null,
  );
  return best === null ? '' : `${shownNumber(best.value)} after ${best.step.toLocaleString('en-US')} updates`;
}
