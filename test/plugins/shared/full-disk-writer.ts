import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { MetricsFile } from '../../../plugins/csv-logger';
import { JsonlFile } from '../../../plugins/jsonl-logger';
import { Journal } from '../../../plugins/mlflow-logger/journal';
import { appendRecord } from '../../../plugins/shared/findings';
import type { RowSink } from '../../../plugins/shared/row-logger';
import { EventFile } from '../../../plugins/tensorboard-logger/event-file';
import { start } from '../../../src/engine';
import { PredictionFiles } from '../../../src/run/prediction-files';
import { writeWhole } from '../../../src/system';
import { writeRunRecord } from '../../../src/run-folder';

/** Tries all that writes on a disk that fills up, and prints what each said and what lies there afterwards. */
const folder = process.argv[2] ?? mkdtempSync('full-disk-');
const place = (name: string) => join(folder, name);

/** Takes all room but `free` bytes, rounded up to the blocks of the disk; the result gives it back. */
function fill(free: number): () => void {
  const { bavail, bsize }: { bavail: number; bsize: number } = statfsSync(folder);
  const bytes = (bavail - Math.ceil(free / bsize)) * bsize;
  const file = openSync(place('ballast'), 'w');
  for (let done = 0; done < bytes;) done += writeSync(file, new Uint8Array(Math.min(1 << 16, bytes - done)));
  closeSync(file);
  return () => rmSync(place('ballast'));
}

async function failureOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return 'nothing';
  } catch (error) {
    return (error as Error).message.replaceAll(folder, '');
  }
}

/** A few rows, then more than there is room for, then room again. */
async function strain(sink: Pick<RowSink, 'add' | 'flush'>): Promise<string> {
  const add = (from: number, to: number) => {
    for (let step = from; step < to; step++) {
      const values = { loss: step + 0.12345678901234, accuracy: 1 / (step + 3), rate: 0.1 };
      sink.add({ epoch: 0, step, kind: 'step', values });
    }
  };
  add(0, 10);
  await sink.flush();
  const clear = fill(4096);
  add(10, 400);
  const said = await failureOf(() => sink.flush());
  clear();
  add(400, 401);
  await sink.flush();
  return said;
}

async function predict(rows: number): Promise<PredictionFiles> {
  const files = new PredictionFiles(place('last.predict'));
  const samples = Array.from({ length: rows }, (_, index) => ({ index, name: `${index}.png`, class: 'a' }));
  await files.add({ scores: tf.ones([rows, 100]) }, samples).catch(async (error: unknown) => {
    await files.discard();
    throw error;
  });
  return files;
}

async function main(): Promise<void> {
  await start();
  const journal = new Journal(place('mlflow.jsonl'), place('mlflow-images'), () => undefined);
  await journal.reopen(null);
  const events = new EventFile();
  events.open(place('events'));
  const said: Record<string, string> = {
    csv: await strain(new MetricsFile(place('metrics.csv'))),
    jsonl: await strain(new JsonlFile(place('metrics.jsonl'))),
    journal: await strain(journal),
    events: await strain(events),
  };

  await appendRecord(place('knn.jsonl'), { globalStep: 1, text: 'x'.repeat(9000) });
  const half = await predict(10);
  const clearSome = fill(8192);
  said['record'] = await failureOf(() => appendRecord(place('knn.jsonl'), { globalStep: 2 }));
  said['written at once'] = await failureOf(() => writeWhole(place('last.json'), new Uint8Array(20_000)));
  const runFolder = { path: folder, experiment: 'x', version: '0', resolve: place };
  const record = { config: 'y'.repeat(20_000), hyperparameters: {}, environment: {} };
  said['run record'] = await failureOf(() => writeRunRecord(runFolder, record));
  said['prediction'] = await failureOf(() => predict(100));
  clearSome();
  const clearAll = fill(0);
  said['prediction put together'] = await failureOf(() => half.finish());
  await half.discard();
  clearAll();
  const files = new Map(
    readdirSync(folder).map((name) => [name, readFileSync(place(name)).toString('base64')]),
  );
  process.stdout.write(JSON.stringify({ said, files: Object.fromEntries(files) }));
}

void main();
