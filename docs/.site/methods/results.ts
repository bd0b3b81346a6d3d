import { join } from 'node:path';
import { caseOf, epochsOf, methods } from '../../../bench/methods/settings';
import { findingOf, readRecords } from '../../../bench/methods/records';
import type { Records } from '../../../bench/methods/records';
import { pictogramSeed } from '../../../bench/methods/plan';
import {
  after,
  digitsFindings,
  number,
  spreadText,
  table,
  timingOf,
  verdict,
} from '../../../bench/methods/tables';
import { docs } from '../paths';

/** What the bench has measured. */
export function readMeasurements(): Records {
  return readRecords(join(docs, 'methods.json'));
}

/** What the bench has measured of a method, as Markdown. */
export function resultsText(records: Records, name: string): string {
  const parts = [digitsText(records, name), timesText(records, name), pictogramsText(records, name)];
  const known = parts.filter((part) => part !== '');
  return known.length === 0 ? 'The bench has not measured this method yet.' : known.join('\n\n');
}

function digitsText(records: Records, name: string): string {
  if (methods[name] === undefined) return '';
  const findings = digitsFindings(records, name);
  if (findings.length === 0) return '';
  const end = epochsOf.digits;
  const at = (key: 'knn' | 'linear' | 'projectedSpread' | 'spread', epoch: number): string =>
    spreadText(findings.map((finding) => after(finding, epoch)?.[key] ?? null));
  const rows = [
    ['kNN accuracy', at('knn', 0), at('knn', end)],
    ['linear accuracy', at('linear', 0), at('linear', end)],
    ['collapse measure of the projections', at('projectedSpread', 0), at('projectedSpread', end)],
    ['collapse measure of the features', at('spread', 0), at('spread', end)],
  ];
  const { batchSize, optimizer, options } = caseOf(name, 'digits', { seed: findings[0]?.case.seed ?? 0 });
  const seeds = findings.length === 1 ? 'one seed' : `mean, least and most of ${findings.length} seeds`;
  return [
    `On the embedded digits, after ${end} epochs in batches of ${batchSize} (${seeds}). Verdict: ${verdict(findings).replaceAll('*', '')}. ` +
      `Optimiser: ${optimizer}${options === '' ? '' : `; options: ${options}`}.`,
    table(['', 'random weights', `after ${end} epochs`], rows),
  ].join('\n\n');
}

function timesText(records: Records, name: string): string {
  const timing = timingOf(records, name);
  if (timing === undefined) return '';
  const { secondsPerStep, batchSize, peakRssMiB, machine, date } = timing;
  return [
    `Time and memory of a step of ${batchSize} images, with views, loader and trainer (${machine}; ${date}):`,
    table(
      ['seconds per step', 'milliseconds per image', 'peak memory, MiB'],
      [[secondsPerStep.toFixed(3), ((1000 * secondsPerStep) / batchSize).toFixed(2), peakRssMiB.toFixed(0)]],
    ),
  ].join('\n\n');
}

function pictogramsText(records: Records, name: string): string {
  if (methods[name] === undefined) return '';
  const finding = findingOf(records, caseOf(name, 'pictograms', { seed: pictogramSeed }));
  if (finding === undefined) return '';
  const rows = finding.judgements
    .filter(({ epoch }) => epoch % 5 === 0)
    .map(({ epoch, top1, top5, knn }) => [String(epoch), number(top1), number(top5), number(knn)]);
  return [
    'On pictograms, in colour and without labels: the share of emoji whose drawing by another artist is the most similar one (top 1) or among five (top 5), and the accuracy of the category.',
    table(['epochs', 'top 1', 'top 5', 'category'], rows),
  ].join('\n\n');
}
