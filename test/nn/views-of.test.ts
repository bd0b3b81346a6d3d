import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

let views: tf.Tensor4D[] = [];
afterEach(() => tf.dispose(views));

/** A batch with a square view of each size. */
function batchOf(...sizes: number[]): { views: tf.Tensor4D[] } {
  views = sizes.map((size) => tf.zeros([2, size, size, 3]));
  return { views };
}

describe('viewsOf', () => {
  it('returns the views, with their number in the type', () => {
    const batch = batchOf(4, 4);
    const [first, second]: [tf.Tensor4D, tf.Tensor4D] = nn.viewsOf(batch, 2);
    expect([first === batch.views[0], second === batch.views[1]]).toEqual([true, true]);
    const all: [tf.Tensor4D, tf.Tensor4D, ...tf.Tensor4D[]] = nn.viewsOf(batch, { atLeast: 2 });
    expect(all.map(({ id }) => id)).toEqual(batch.views.map(({ id }) => id));
  });

  it('takes views beyond those that are asked for at least, and smaller ones after large ones', () => {
    expect(nn.viewsOf(batchOf(4, 5, 6), { atLeast: 2 })).toHaveLength(3);
    tf.dispose(views);
    expect(nn.viewsOf(batchOf(4, 4, 2, 2), { large: 2 })).toHaveLength(4);
    tf.dispose(views);
    expect(nn.viewsOf(batchOf(4, 4, 4), { large: 2 })).toHaveLength(3);
  });

  it.each<[number[], nn.ViewCount, string]>([
    [
      [4],
      2,
      'The method takes 2 views of each image, but the batch has 1. Choose a transform in data that makes 2.',
    ],
    [
      [4, 4, 2],
      2,
      'The method takes 2 views of each image, but the batch has 3. Choose a transform in data that makes 2.',
    ],
    [
      [4, 4],
      1,
      'The method takes 1 view of each image, but the batch has 2. Choose a transform in data that makes 1.',
    ],
    [
      [4],
      { atLeast: 2 },
      'The method takes at least 2 views of each image, but the batch has 1. ' +
        'Choose a transform in data that makes 2 or more.',
    ],
    [
      [4],
      { large: 2 },
      'The method takes at least 2 views of each image, but the batch has 1. ' +
        'Choose a transform in data that makes 2 or more.',
    ],
    [
      [4, 2, 2],
      { large: 2 },
      'The method takes 2 large views before the smaller ones, but the batch has views of 4 × 4, 2 × 2, 2 × 2 pixels. ' +
        'Choose a transform in data whose first 2 views have the same size, which no other view exceeds.',
    ],
    [
      [2, 2, 4],
      { large: 2 },
      'The method takes 2 large views before the smaller ones, but the batch has views of 2 × 2, 2 × 2, 4 × 4 pixels. ' +
        'Choose a transform in data whose first 2 views have the same size, which no other view exceeds.',
    ],
  ])('rejects views of sizes %j if %j are expected', (sizes, count, message) => {
    expect(() => nn.viewsOf(batchOf(...sizes), count)).toThrow(message);
  });
});
