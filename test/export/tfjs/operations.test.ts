import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../../src/engine';
import { writeGraphModel } from '../../../src/export/tfjs';
import { tfjsOperations } from '../../../src/export/tfjs/operations';
import { loadFrom, onBackend } from './load-graph-model';
import {
  caseImages,
  caseShape,
  dataOf,
  expectedOutputs,
  operationCases,
  wrongOutputs,
} from './operation-cases';

const folder = mkdtempSync(join(tmpdir(), 'fulgur-'));
const graph = operationCases();
const values = caseImages();
let expected: Map<string, number[]>;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
  await writeGraphModel(graph, folder);
  expected = await expectedOutputs(graph, values);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('the cases cover every operation that may be exported', () => {
  const used = new Set(graph.nodes.map(({ op }) => op));
  expect([...tfjsOperations].filter((op) => !used.has(op))).toEqual([]);
});

it.each(['cpu', 'wasm'] as const)(
  'each operation agrees with TensorFlow on the %s backend',
  async (backend) => {
    const found = await onBackend(backend, async () => {
      const model = await loadFrom(folder);
      const outputs = tf.tidy(() => model.predict(tf.tensor4d(values, [...caseShape])) as tf.Tensor[]);
      model.dispose();
      return dataOf(graph, outputs);
    });
    expect(wrongOutputs(found, expected, () => 1e-5)).toEqual([]);
  },
);
