import type { Case, Finding, Judgement } from './case';
import { caseOf, epochsOf, methods, narrow } from './settings';
import { findingOf } from './records';
import type { PeerFinding, Records, Timing } from './records';
import { pictogramSeed, precisionMethods, seeds } from './plan';

/** Returns the sections of the document as Markdown; empty if there are no results yet. */
export const sections: Readonly<Record<string, (records: Records) => string>> = {
  settings: settingsTable,
  digits: digitsTable,
  times: timesTable,
  'fastsiam-simsiam': fastSiamTable,
  precision: precisionTable,
  pictograms: pictogramsTable,
};

/** Results of a method on the digits with the current settings, one for each available seed. */
export function digitsFindings(
  records: Records,
  method: string,
  precision: Case['precision'] = '32-true',
): Finding[] {
  return seeds.flatMap((seed) => findingOf(records, caseOf(method, 'digits', { seed, precision })) ?? []);
}

/** The evaluation after a number of epochs. */
export function after({ judgements }: Finding, epoch: number): Judgement | undefined {
  return judgements.find((judgement) => judgement.epoch === epoch);
}

export function timingOf(
  { timings }: Records,
  method: string,
  precision: Case['precision'] = '32-true',
): Timing | undefined {
  return timings.find((timing) => timing.method === method && timing.precision === precision);
}

function settingsTable(): string {
  const rows = Object.entries(methods).map(([name, { views, optimizer, options, note }]) => {
    const count = views.digits().views.length;
    const others = Object.entries(options)
      .filter(([option, value]) => narrow[option as keyof typeof narrow] !== value)
      .map((entry) => entry.join(' '));
    return [name, String(count), optimizer.words, others.join(', '), note ?? ''];
  });
  return table(['method', 'views', 'optimiser', 'differs from the experiment’s defaults', ''], rows);
}

function digitsTable(records: Records): string {
  const epoch = epochsOf.digits;
  const rows = Object.keys(methods).flatMap((method) => {
    const findings = digitsFindings(records, method);
    if (findings.length === 0) return [];
    const of = (key: 'knn' | 'linear' | 'spread' | 'projectedSpread', when: number): string =>
      spreadText(findings.map((finding) => after(finding, when)?.[key] ?? null));
    return [
      [
        ...[
          method,
          String(findings.length),
          of('knn', 0),
          of('knn', epoch),
          of('linear', 0),
          of('linear', epoch),
        ],
        ...[of('projectedSpread', epoch), of('spread', epoch), verdict(findings)],
      ],
    ];
  });
  return table(
    [
      'method',
      'seeds',
      'kNN before',
      'kNN after',
      'linear before',
      'linear after',
      'collapse measure',
      'of the features',
      '',
    ],
    rows,
  );
}

/** Summarises the figures in a few words. */
export function verdict(findings: readonly Finding[]): string {
  const gains = findings.map((finding) => {
    const [before, end] = [after(finding, 0), after(finding, epochsOf.digits)];
    return [gain(before?.knn, end?.knn), gain(before?.linear, end?.linear)] as const;
  });
  const [nearest, linear] = [0, 1].map((index) => gains.map((pair) => pair[index] ?? NaN)) as [
    number[],
    number[],
  ];
  if (gains.flat().some(Number.isNaN)) return '**diverged**';
  const everBetter = (list: readonly number[]): boolean => list.every((one) => one > 0);
  if (everBetter(nearest) && everBetter(linear)) return 'learns';
  if (everBetter(nearest)) return 'learns, by kNN only';
  if (everBetter(linear)) return 'learns, by the probe only';
  return '**does not learn yet**';
}

function gain(before: number | null | undefined, end: number | null | undefined): number {
  return (end ?? NaN) - (before ?? NaN);
}

function timesTable(records: Records): string {
  const rows = Object.keys(methods).flatMap((method) => {
    const timing = timingOf(records, method);
    if (timing === undefined) return [];
    const [min, max] = timing.spread;
    return [
      [
        ...[method, `${timing.secondsPerStep.toFixed(3)} (${min.toFixed(3)}–${max.toFixed(3)})`],
        ...[((1000 * timing.secondsPerStep) / timing.batchSize).toFixed(2), timing.peakRssMiB.toFixed(0)],
      ],
    ];
  });
  const [first] = records.timings;
  const tableText = table(['method', 'seconds per step', 'ms per image', 'peak memory, MiB'], rows);
  return first === undefined || rows.length === 0
    ? ''
    : `${first.machine}; ${first.turns === 1 ? '1 turn' : `${first.turns} turns`}, ${first.date}.\n\n${tableText}`;
}

/** The comparison by images and by time. */
function fastSiamTable(records: Records): string {
  const rows = ['fastsiam', 'simsiam'].flatMap((method) => {
    const findings = digitsFindings(records, method);
    const seconds = timingOf(records, method)?.secondsPerStep;
    return (findings[0]?.judgements ?? []).map(({ epoch }) => [
      ...[method, String(epoch), String(epoch * 8000)],
      seconds === undefined ? '' : (epoch * stepsOfEpoch * seconds).toFixed(0),
      spreadText(findings.map((finding) => after(finding, epoch)?.knn ?? null)),
      spreadText(findings.map((finding) => after(finding, epoch)?.linear ?? null)),
    ]);
  });
  return table(['method', 'epochs', 'images', 'seconds', 'kNN', 'linear'], rows);
}

/** Number of updates on the digits, with 8,000 images and whole batches of 128. */
export const stepsOfEpoch = 62;

function precisionTable(records: Records): string {
  const epoch = epochsOf.digits;
  const ours = precisionMethods.flatMap((method) =>
    (['32-true', 'bf16-mixed'] as const).flatMap((precision) => {
      const findings = digitsFindings(records, method, precision);
      if (findings.length === 0) return [];
      const of = (key: 'knn' | 'linear'): string =>
        spreadText(findings.map((finding) => after(finding, epoch)?.[key] ?? null));
      const loss = spreadText(findings.map(({ losses }) => losses[epoch - 1] ?? null));
      const seconds = timingOf(records, method, precision)?.secondsPerStep.toFixed(3) ?? '';
      return [
        [`${method}, Fulgur`, precision, String(findings.length), of('knn'), of('linear'), loss, seconds],
      ];
    }),
  );
  const peers = (['32-true', 'bf16-mixed'] as const).flatMap((precision) => {
    const findings = records.peers.filter((one) => one.precision === precision && one.epochs === epoch);
    if (findings.length === 0) return [];
    const last = (pick: (one: PeerFinding) => readonly number[]): string =>
      spreadText(findings.map((one) => pick(one).at(-1) ?? null));
    const name = precision === '32-true' ? 'float32' : 'bfloat16 autocast';
    const row = ['fastsiam, lightly', name, String(findings.length), last(({ knn }) => knn), ''];
    return [[...row, last(({ losses }) => losses), '']];
  });
  const head = [
    '',
    'precision',
    'seeds',
    'kNN after',
    'linear after',
    'loss of the last epoch',
    'seconds per step',
  ];
  return table(head, [...ours, ...peers]);
}

function pictogramsTable(records: Records): string {
  const rows = Object.keys(methods).flatMap((method) => {
    const finding = findingOf(records, caseOf(method, 'pictograms', { seed: pictogramSeed }));
    if (finding === undefined) return [];
    const shown = finding.judgements.filter(({ epoch }) => epoch % 5 === 0);
    return shown.map(({ epoch, top1, top5, knn, spread }) => [
      ...[method, String(epoch), number(top1), number(top5), number(knn), number(spread)],
    ]);
  });
  const done = rows.map(([method]) => method);
  const missing = Object.keys(methods).filter((method) => !done.includes(method));
  return [
    table(['method', 'epochs', 'top 1', 'top 5', 'category', 'collapse measure of the features'], rows),
    ...(missing.length === 0 ? [] : [`Not run yet: ${missing.join(', ')}.`]),
  ].join('\n\n');
}

export function number(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

/** `0.682 (0.674–0.717)`: the mean, minimum and maximum. */
export function spreadText(values: readonly (number | null)[]): string {
  const known = values.flatMap((value) => value ?? []);
  if (known.length < values.length) return known.length === 0 ? '–' : 'not finite';
  if (known.length === 0) return '';
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  if (known.length === 1) return mean.toFixed(3);
  return `${mean.toFixed(3)} (${Math.min(...known).toFixed(3)}–${Math.max(...known).toFixed(3)})`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
