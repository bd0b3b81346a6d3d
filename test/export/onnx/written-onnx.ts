import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import type { Layout } from '../../../src/export/onnx/axes';
import { onnxModels } from '../../../src/export/onnx/onnx-messages';
import type { OnnxModel } from '../../../src/export/onnx/onnx-messages';
import { onnxModel } from '../../../src/export/onnx/onnx-model';
import { runOnnx } from '../../../src/export/onnx/reader/run-onnx';
import { freeze } from '../../../src/nn';
import type { Module } from '../../../src/nn';

/** A function of images, written as ONNX. */
export interface WrittenOnnx {
  readonly model: OnnxModel;
  readonly bytes: Uint8Array;
}

type Run = (images: tf.Tensor4D) => tf.Tensor;

/** Freezes a function of `[batch, ...inputShape]` and writes it. */
export async function writtenOnnx(
  run: Run,
  inputShape: readonly [number, number, number],
  { layout = 'nchw', module }: { layout?: Layout; module?: Module } = {},
): Promise<WrittenOnnx> {
  const graph = await freeze(run, { inputShape, name: 'Case', ...(module && { module }) });
  const model = onnxModel(graph, layout, { name: 'case', producerVersion: '0', metadata: {} });
  return { model, bytes: onnxModels.encode(model) };
}

/** Images that differ, with values from -2 to 2. */
export function someImages(batch: number, [height, width, channels]: readonly number[]): tf.Tensor4D {
  const size = (height ?? 1) * (width ?? 1) * (channels ?? 1);
  const values = Float32Array.from(
    { length: batch * size },
    (_, at) => 2 * Math.sin(at * 0.71 + at * at * 0.013),
  );
  return tf.tensor4d(values, [batch, height ?? 1, width ?? 1, channels ?? 1]);
}

/**
 * Largest difference, as a share of the largest value, of what onnxruntime and our own reader compute from a file and what the
 * function gives.
 */
export async function differencesOf(
  { bytes }: WrittenOnnx,
  run: Run,
  inputShape: readonly [number, number, number],
  layout: Layout = 'nchw',
  batch = 3,
): Promise<{ readonly runtime: number; readonly reader: number }> {
  const images = someImages(batch, inputShape);
  const own = tf.tidy(() => run(images));
  const laid = layout === 'nchw' ? tf.transpose(images, [0, 3, 1, 2]) : tf.clone(images);
  const [expected, values] = [[...own.dataSync()], new Float32Array(laid.dataSync())];
  const shape = [...laid.shape];
  tf.dispose([images, own, laid]);
  const found = [...(await runOnnx(bytes, { shape, values }))];
  const session = await ort.InferenceSession.create(bytes);
  const result = await session.run({ images: new ort.Tensor('float32', values, shape) });
  const { features } = result;
  if (features === undefined) throw new Error('no output is called features');
  const theirs = Array.from(features.data as ArrayLike<number>, Number);
  await session.release();
  return { runtime: apart(theirs, expected), reader: apart(found, expected) };
}

function apart(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Infinity;
  const scale = Math.max(...expected.map(Math.abs), 1e-6);
  return Math.max(...expected.map((value, at) => Math.abs(value - (found[at] ?? NaN)))) / scale;
}

/** Operations of a model and how often each is there. */
export function operationsOf({ graph }: OnnxModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opType } of graph.node) counts[opType] = (counts[opType] ?? 0) + 1;
  return counts;
}

/** A model with its file's bytes. */
export function encoded(model: OnnxModel): WrittenOnnx {
  return { model, bytes: onnxModels.encode(model) };
}
