import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, EvaluationData, ImageBatch, ModelAccess } from '../../../src/contracts';

/** Feature rows of a split, and their classes. */
export interface Rows {
  readonly rows: Float32Array;
  readonly labels: readonly number[];
}

/** Feature rows in place of images: the pixels of an "image" are its features. */
export class FeatureData implements EvaluationData {
  readonly opened: string[] = [];
  closed = 0;

  constructor(
    readonly name: string,
    readonly classes: number,
    private readonly width: number,
    private readonly splits: Readonly<Record<'train' | 'test', Rows>>,
  ) {}

  open(split: 'train' | 'test', { batchSize, limit }: { batchSize: number; limit?: number }) {
    this.opened.push(`${split} ${batchSize} ${limit ?? 'all'}`);
    const { rows, labels } = this.splits[split];
    const { width } = this;
    const samples = Math.min(limit ?? labels.length, labels.length);
    const source: BatchSource<ImageBatch> = {
      samples,
      batchesPerEpoch: Math.ceil(samples / batchSize),
      close: async () => void (this.closed += 1),
      async *epoch() {
        for (let from = 0; from < samples; from += batchSize) {
          const to = Math.min(from + batchSize, samples);
          const batch: ImageBatch = {
            images: tf.tensor4d(rows.slice(from * width, to * width), [to - from, 1, 1, width]),
            labels: tf.tensor1d(labels.slice(from, to), 'int32'),
            indices: tf.range(from, to, 1, 'int32'),
          };
          try {
            yield batch;
          } finally {
            tf.dispose([batch.images, batch.labels, batch.indices]);
          }
        }
      },
    };
    return Promise.resolve(source);
  }
}

/** A model whose features are the pixels. */
export const identity: ModelAccess = {
  name: 'identity',
  stateDict: () => new Map(),
  loadStateDict: () => undefined,
  modules: () => [],
  variables: () => new Map(),
  evaluatedWeights: () => 'raw',
  freeze: () => Promise.reject(new Error('not in this test')),
  embed: async ({ images }) => ({
    features: (await images.data()) as Float32Array,
    width: images.shape[3],
  }),
};
