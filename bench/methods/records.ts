import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { FulgurError, messageOf } from '../../src/errors';
import { isSameCase } from './case';
import type { Case, CasePrecision, Finding } from './case';

/** Measurements of one method on a quiet machine. */
export interface Timing {
  readonly method: string;
  readonly precision: CasePrecision;
  readonly batchSize: number;
  /** Median over the turns of each turn's median, including the work of the loader and the trainer. */
  readonly secondsPerStep: number;
  /** Minimum and maximum of the turns. */
  readonly spread: readonly [number, number];
  readonly peakRssMiB: number;
  readonly turns: number;
  readonly machine: string;
  readonly date: string;
}

/** Results of lightly and PyTorch for FastSiam on the digits. */
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

/** All data from which the document is written. */
export interface Records {
  readonly findings: readonly Finding[];
  readonly timings: readonly Timing[];
  readonly peers: readonly PeerFinding[];
}

const none: Records = { findings: [], timings: [], peers: [] };

/**
 * Reads the results so far; empty if the file does not exist.
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
      fix: 'Restore the file, or delete it to train everything again.',
      cause,
    });
  }
}

/** Writes records to the file, replacing those of the same cases; atomically, so that an interruption loses nothing. */
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

/** Regardless of the settings: results with other settings are obsolete. */
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
