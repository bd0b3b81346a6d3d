import * as tf from '@tensorflow/tfjs-core';
import type { ImageBatch, ViewBatch } from '../../contracts';
import { copyToTensor } from '../../engine';
import type { ImageDataset } from '../datasets';
import { unlabelled } from '../datasets/labels';
import type { FilledBatch } from './batch-stream';
import { blockStarts, viewLength } from './slot';

/** Returns the tensors of a batch with all its views. */
export function toViewBatch(dataset: ImageDataset, batch: FilledBatch): ViewBatch {
  const views = batch.shape.views.map((_, view) => viewTensor(batch, view));
  return { views, ...namesOf(dataset, batch) };
}

/** Returns the tensors of a batch with the first view only. */
export function toImageBatch(dataset: ImageDataset, batch: FilledBatch): ImageBatch {
  return { images: viewTensor(batch, 0), ...namesOf(dataset, batch) };
}

function viewTensor({ slot, shape, size }: FilledBatch, view: number): tf.Tensor4D {
  const { height, width } = shape.views[view] ?? { height: 0, width: 0 };
  const start = blockStarts(shape)[view] ?? 0;
  const values = slot.pixels.subarray(start, start + size * viewLength({ height, width }));
  return copyToTensor<tf.Rank.R4>(values, [size, height, width, 3]);
}

function namesOf(
  dataset: ImageDataset,
  { slot, size }: FilledBatch,
): { labels: tf.Tensor1D; indices: tf.Tensor1D } {
  const indices = Int32Array.from(slot.filled.subarray(0, size));
  const labels = indices.map((index) => dataset.label(index) ?? unlabelled);
  return { labels: tf.tensor1d(labels, 'int32'), indices: tf.tensor1d(indices, 'int32') };
}
