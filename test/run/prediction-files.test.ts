import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { liveCounts, start } from '../../src/engine';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn';
import { PredictionFiles } from '../../src/run/prediction-files';
import { messageOf } from '../trainer/fakes/fit';

let folder: string;
beforeAll(() => start());
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fulgur-predictions-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const samples = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ index: from + i, name: `cat/${from + i}.png`, class: 'cat' }));
const outputs = (from: number, count: number) => ({
  labels: tf.range(from, from + count, 1, 'int32'),
  scores: tf.tidy(() => tf.mul(tf.reshape(tf.range(2 * from, 2 * (from + count)), [count, 2]), 0.5)),
  sure: tf.tensor1d(new Array<boolean>(count).fill(true), 'bool'),
});

describe('predictions on disk', () => {
  it('are the bytes of all batches combined, with a line for each sample in the same order', async () => {
    const before = liveCounts();
    const files = new PredictionFiles(join(folder, 'evaluations', 'last.predict'));
    for (const [from, count] of [
      [0, 4],
      [4, 4],
      [8, 1],
    ] as const) {
      await files.add(outputs(from, count), samples(from, count));
    }
    expect(liveCounts()).toEqual(before);
    expect(files.rows).toBe(9);
    await files.finish();
    expect(readdirSync(join(folder, 'evaluations')).sort()).toEqual([
      'last.predict.safetensors',
      'last.predict.samples.jsonl',
    ]);
    const bytes = readFileSync(join(folder, 'evaluations/last.predict.safetensors'));
    const { tensors } = decodeSafetensors(bytes);
    expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['labels', 'I32', [9]],
      ['scores', 'F32', [9, 2]],
      ['sure', 'BOOL', [9]],
    ]);
    expect([...(tensors.get('scores')?.data ?? [])]).toEqual(Array.from({ length: 18 }, (_, i) => i / 2));
    expect(Buffer.compare(bytes, Buffer.from(encodeSafetensors(tensors)))).toBe(0);
    const lines = readFileSync(join(folder, 'evaluations/last.predict.samples.jsonl'), 'utf8')
      .trim()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
      samples(0, 9).map((sample, row) => ({ row, ...sample })),
    );
  });

  it('leave nothing behind when they are discarded', async () => {
    const files = new PredictionFiles(join(folder, 'last.predict'));
    await files.add(outputs(0, 2), samples(0, 2));
    await files.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [
      [3, 2],
      "predictStep gave 3 rows of 'scores' for a batch of 2 samples. Return one row for each sample, in the order of the batch.",
    ],
    [
      [2, 5],
      "predictStep returned 'scores' as F32 [2, 5], but rows of F32 [2] before. Return rows with the same shape and type for each batch.",
    ],
  ])('reject rows of shape %j, which belong to no sample or do not match', async (shape, message) => {
    const files = new PredictionFiles(join(folder, 'last.predict'));
    await files.add(outputs(0, 2), samples(0, 2));
    const wrong = { scores: tf.ones(shape) };
    expect(messageOf(await files.add(wrong, samples(2, 2)).catch((error: unknown) => error))).toBe(message);
    await files.discard();
  });

  it('name the file that cannot be written', async () => {
    const stem = join(folder, 'a file', 'last.predict');
    writeFileSync(join(folder, 'a file'), '');
    await expect(new PredictionFiles(stem).add(outputs(0, 1), samples(0, 1))).rejects.toThrow(
      `${stem}.safetensors cannot be written: `,
    );
  });
});
