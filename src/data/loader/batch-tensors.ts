import * as tf from '@tensorflow/tfjs-core';
import type { ImageBatch, ViewBatch } from '../../contracts';
import type { ImageDataset } from '../datasets';
import type { FilledBatch } from './batch-stream';
import { viewLength } from './slot';

/** Tensors of a batch with all its views. */
export function toViewBatch(dataset: ImageDataset, batch: FilledBatch): ViewBatch {
  const views = Array.from({ length: batch.shape.views }, (_, view) => viewTensor(batch, view));
  return { views, ...namesOf(dataset, batch) };
}

/** Tensors of a batch with one view. */
export function toImageBatch(dataset: ImageDataset, batch: FilledBatch): ImageBatch {
  return { images: viewTensor(batch, 0), ...namesOf(dataset, batch) };
}

function viewTensor({ slot, shape, size }: FilledBatch, view: number): tf.Tensor4D {
  const length = viewLength(shape);
  const start = view * shape.batchSize * length;
  // A copy: backends keep the array that they are given, and the slot is about to be filled again.
  const values = slot.pixels.slice(start, start + size * length);
  return tf.tensor4d(values, [size, shape.height, shape.width, 3], 'float32');
}

function namesOf(
  dataset: ImageDataset,
  { slot, size }: FilledBatch,
): { labels: tf.Tensor1D; indices: tf.Tensor1D } {
  const indices = Int32Array.from(slot.filled.subarray(0, size));
  const labels = indices.map((index) => dataset.label(index));
  return { labels: tf.tensor1d(labels, 'int32'), indices: tf.tensor1d(indices, 'int32') };
}
