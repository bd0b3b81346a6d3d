import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FulgurError, messageOf } from '../../src/errors';
import { isSameCase } from './case';
import type { Case, CasePrecision, Finding } from './case';

/** What a quiet machine showed of one method. */
export interface Timing {
  readonly method: string;
  readonly precision: CasePrecision;
  readonly batchSize: number;
  /** Median over the turns of each turn's median, with the loader's work and the trainer's. */
  readonly secondsPerStep: number;
  /** Least and most of the turns. */
  readonly spread: readonly [number, number];
  readonly peakRssMiB: number;
  readonly turns: number;
  readonly machine: string;
  readonly date: string;
}

/** What lightly and PyTorch showed for FastSiam on the digits. */
export interface PeerFinding {
  readonly precision: CasePrecision;
  readonly seed: number;
  readonly epochs: number;
  /** kNN accuracy with random weights, and after each epoch. */
  readonly knn: readonly number[];
  /** Mean training loss of each epoch. */
  readonly losses: readonly number[];
  readonly date: string;
}

/** Everything that the document is written from. */
export interface Records {
  readonly findings: readonly Finding[];
  readonly timings: readonly Timing[];
  readonly peers: readonly PeerFinding[];
}

const none: Records = { findings: [], timings: [], peers: [] };

/**
 * What has been found so far; nothing where there is no file.
 *
 * @throws FulgurError `config` for a file that cannot be read.
 */
export function readRecords(file: string): Records {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return none;
    throw error;
  }
  try {
    return { ...none, ...(JSON.parse(text) as Partial<Records>) };
  } catch (cause) {
    throw new FulgurError('config', {
      what: `The records in ${file} cannot be read.`,
      why: `${messageOf(cause)}.`,
      fix: 'Restore the file, or delete it to train all anew.',
      cause,
    });
  }
}

/** Puts records into the file, in the place of those of the same cases; in one go, so that an interruption loses nothing. */
export function addRecords(file: string, fresh: Partial<Records>): Records {
  const stored = readRecords(file);
  const records: Records = {
    findings: replaced(stored.findings, fresh.findings, isSameTraining),
    timings: replaced(stored.timings, fresh.timings, isSame('method', 'precision')),
    peers: replaced(stored.peers, fresh.peers, isSame('precision', 'seed')),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, textOf(records));
  renameSync(`${file}.part`, file);
  return records;
}

export function findingOf({ findings }: Records, wanted: Case): Finding | undefined {
  return findings.find((finding) => isSameCase(finding.case, wanted));
}

/** Whatever its settings are: what was found with other settings is of no use any more. */
function isSameTraining(a: Finding, b: Finding): boolean {
  return isSame<Case>('data', 'method', 'seed', 'precision')(a.case, b.case);
}

function replaced<T>(stored: readonly T[], fresh: readonly T[] = [], isSame: (a: T, b: T) => boolean): T[] {
  return [...stored.filter((old) => !fresh.some((one) => isSame(one, old))), ...fresh];
}

function isSame<T>(...names: readonly (keyof T)[]): (a: T, b: T) => boolean {
  return (a, b) => names.every((name) => a[name] === b[name]);
}

/** A line for each record. */
function textOf(records: Records): string {
  const lists = Object.entries(records).map(([name, list]) => {
    const lines = (list as readonly unknown[]).map((record) => `  ${JSON.stringify(record)}`);
    return ` ${JSON.stringify(name)}: [\n${lines.join(',\n')}\n ]`;
  });
  return `{\n${lists.join(',\n')}\n}\n`;
}
