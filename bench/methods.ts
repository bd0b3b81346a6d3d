/**
 * Trains each method for the same number of images and evaluates its features, with the settings stated in
 * `docs/methods.md`.
 *
 *   npx ts-node bench/methods.ts [--only digits,precision,pictograms] [--methods byol,moco] [--seeds 1,2] [--again]
 *   npx ts-node bench/methods.ts --timing [--methods byol,moco] [--turns 3]
 *   npx ts-node bench/methods.ts --peer DIR [--seeds 1]
 *   npx ts-node bench/methods.ts --write
 *
 * Each finished case is written to `docs/methods.json`, and cases that it already contains with the same settings are
 * not trained again (except with `--again`), so the command continues where it was stopped. Times come only from
 * `--timing`, during which nothing else should run. `--peer` trains FastSiam with lightly and PyTorch, whose
 * environment `bench/peer/setup.sh` creates in that folder. At the end, or immediately with `--write`,
 * `docs/methods.md` and its charts are written from all results. The last line is a JSON object.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { FulgurError } from '../src/errors';
import { positiveOption, runCommand } from './command';
import { callCommand, lastObject } from './compare/call-command';
import { describeMachine, readMachine } from './compare/machine';
import { spreadOf } from './compare/row';
import { caseName } from './methods/case';
import type { Case, CasePrecision, Finding } from './methods/case';
import { writeDocument } from './methods/document';
import { writePeerDigits } from './methods/peer-digits';
import { plan, precisionMethods, seeds } from './methods/plan';
import { addRecords, findingOf, readRecords } from './methods/records';
import { batchSize, epochsOf, methods, settingsOf } from './methods/settings';

const docs = resolve(__dirname, '../docs');
const file = join(docs, 'methods.json');
const precisions: readonly CasePrecision[] = ['32-true', 'bf16-mixed'];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: 'digits,precision,pictograms' },
      methods: { type: 'string', default: '' },
      seeds: { type: 'string', default: '' },
      again: { type: 'boolean', default: false },
      timing: { type: 'boolean', default: false },
      turns: { type: 'string', default: '3' },
      peer: { type: 'string', default: '' },
      write: { type: 'boolean', default: false },
    },
  });
  const wanted = values.methods === '' ? Object.keys(methods) : values.methods.split(',');
  wanted.forEach(settingsOf);
  const wantedSeeds =
    values.seeds === '' ? seeds : values.seeds.split(',').map((one) => positiveOption('seeds', one));
  if (values.timing) timeMethods(wanted, positiveOption('turns', values.turns));
  else if (values.peer !== '') await trainPeer(resolve(values.peer), wantedSeeds, values.again);
  else if (!values.write) {
    const cases = casesOf(values.only.split(','))
      .filter(({ method }) => wanted.includes(method))
      .filter(({ seed }) => wantedSeeds.includes(seed));
    trainCases(cases, values.again);
  }
  const missing = writeDocument(docs, readRecords(file));
  console.log(JSON.stringify({ missing }));
}

function casesOf(parts: readonly string[]): Case[] {
  const all = plan();
  const strange = parts.find((part) => !all.some(({ name }) => name === part));
  if (strange !== undefined) {
    throw new FulgurError('config', {
      what: `--only got '${strange}'.`,
      fix: `Give ${all.map(({ name }) => name).join(', ')}, or some of them.`,
    });
  }
  return all.filter(({ name }) => parts.includes(name)).flatMap(({ cases }) => cases);
}

function trainCases(cases: readonly Case[], again: boolean): void {
  const left = cases.filter((one) => again || findingOf(readRecords(file), one) === undefined);
  console.error(`${left.length} of ${cases.length} cases will be trained.`);
  for (const one of left) {
    const begin = performance.now();
    const finding = callForLine(['npx', 'ts-node', script('train-case.ts'), JSON.stringify(one)]);
    addRecords(file, { findings: [finding as unknown as Finding] });
    const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
    console.error(`${caseName(one)}: ${minutes} minutes`);
  }
}

/** In turns, so that a machine that slows down in the meantime affects all methods. */
function timeMethods(wanted: readonly string[], turns: number): void {
  const pairs = wanted.flatMap((method) => {
    const isInBoth = precisionMethods.some((name) => name === method);
    return (isInBoth ? precisions : precisions.slice(0, 1)).map((precision) => ({ method, precision }));
  });
  const machine = describeMachine(readMachine(null));
  const lines = pairs.map((): Readonly<Record<string, unknown>>[] => []);
  for (let turn = 0; turn < turns; turn++) {
    pairs.forEach(({ method, precision }, index) => {
      const words = ['npx', 'ts-node', script('time-method.ts'), method, '--precision', precision];
      lines[index]?.push(callForLine(words));
      console.error(`${method}, ${precision}, turn ${turn + 1}: ${JSON.stringify(lines[index]?.at(-1))}`);
    });
  }
  const timings = pairs.map((pair, index) => {
    const numbers = (key: string): number[] => (lines[index] ?? []).map((line) => Number(line[key]));
    const { median, min, max } = spreadOf(numbers('secondsPerStep'));
    return {
      ...pair,
      batchSize,
      secondsPerStep: median,
      spread: [min, max] as const,
      peakRssMiB: spreadOf(numbers('peakRssMiB')).median,
      turns,
      machine,
      date: today(),
    };
  });
  addRecords(file, { timings });
}

async function trainPeer(folder: string, wantedSeeds: readonly number[], again: boolean): Promise<void> {
  callCommand(['bash', join(__dirname, 'peer/setup.sh'), folder]);
  const python = join(folder, 'bin/python');
  const digits = mkdtempSync(join(tmpdir(), 'fulgur-digits-'));
  try {
    await writePeerDigits(digits);
    for (const seed of wantedSeeds) {
      for (const precision of precisions) {
        const isThere = readRecords(file).peers.some(
          (one) => one.seed === seed && one.precision === precision,
        );
        if (isThere && !again) continue;
        const words = [digits, '--seed', String(seed), '--epochs', String(epochsOf.digits)];
        const line = callForLine([
          ...[python, join(__dirname, 'peer/digits_fastsiam.py'), ...words],
          ...(precision === '32-true' ? [] : ['--bf16']),
        ]);
        const { knn, losses } = line as { knn: number[]; losses: number[] };
        addRecords(file, {
          peers: [{ precision, seed, epochs: epochsOf.digits, knn, losses, date: today() }],
        });
        console.error(`lightly, ${precision}, seed ${seed}: ${knn.join(', ')}`);
      }
    }
  } finally {
    rmSync(digits, { recursive: true });
  }
}

function callForLine(words: readonly string[]): Readonly<Record<string, unknown>> {
  return lastObject(words, callCommand(words));
}

function script(name: string): string {
  return join(__dirname, 'methods', name);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

void runCommand(main);
