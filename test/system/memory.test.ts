import * as tf from '@tensorflow/tfjs-core';
import { totalmem } from 'node:os';
import { datasets, imageLoader, loader, views } from '../../src/data';
import { compile, liveCounts, start } from '../../src/engine';
import { formatBytes } from '../../src/errors';
import { Linear } from '../../src/nn';
import { machineMemory, requireMemory } from '../../src/system';

beforeAll(async () => {
  await start();
});

const memory = formatBytes(machineMemory());

describe('requireMemory', () => {
  it('lets through what the machine can hold', () => {
    expect(machineMemory()).toBeLessThanOrEqual(totalmem());
    expect(() => requireMemory({ bytes: 10, what: 'It', fix: '' }, 10)).not.toThrow();
  });

  it('reports what it needs and what is available', () => {
    expect(() => requireMemory({ bytes: 2e15, what: 'A moon', fix: 'Use a smaller one.' }, 8e9)).toThrow(
      'A moon takes 2000 TB, but this machine has 8 GB of memory. Use a smaller one.',
    );
  });
});

describe('before anything is allocated', () => {
  it('a batch that no machine can hold is rejected', async () => {
    const dataset = await datasets.open('digits');
    const transform = views.fastSiam({ inputSize: 8192, numViews: 1024 });
    const message =
      'A batch of 1000 samples with 1024 views of 8192 x 8192 pixels takes 824.6 TB, but this machine has ' +
      `${memory} of memory. Choose a smaller batchSize (data.batchSize, embedBatchSize), smaller views ` +
      '(data.viewSize, or the size given to the transform), or fewer batches ahead (prefetch).';
    expect(() => loader(dataset, { batchSize: 1000, transform, workers: 1 })).toThrow(message);
    expect(() =>
      imageLoader(dataset, { batchSize: 1e12, transform: views.plain({ inputSize: 8 }), workers: 0 }),
    ).toThrow(/^A batch of 1000000000000 samples with 1 view of 8 x 8 pixels takes 768 TB,/);
  });

  it.each([{ inputSize: 1e9 }, { inputSize: 8193 }, { numViews: 1e9 }, { sigmas: [0, 1e9] as const }])(
    'a view such as %j is rejected',
    (options) => {
      expect(() => views.fastSiam(options)).toThrow(
        /must be (a whole number from 1|two numbers from 0) to \d+/,
      );
    },
  );

  it('a layer of such a size is rejected', () => {
    expect(() => new Linear(1e6, 1e8)).toThrow(
      `A parameter of shape [1000000, 100000000] takes 400 TB, but this machine has ${memory} of memory. Choose a smaller layer.`,
    );
  });

  it.each([
    ['Fill', () => tf.fill([1e6, 2e6], 1), '[1000000, 2000000], which takes 8 TB'],
    ['Tile', () => tf.tile(tf.zeros([1000, 1]), [1, 2e9]), '[1000, 2000000000], which takes 8 TB'],
    [
      'MatMul',
      () => tf.matMul(tf.zeros([4e6, 1]), tf.zeros([1, 4e6])),
      '[4000000, 4000000], which takes 64 TB',
    ],
  ])('a compiled function with such a %s is rejected within seconds', async (_, make, words) => {
    const before = liveCounts();
    const compiled = compile(() => tf.sum(make()));
    await expect(compiled()).rejects.toThrow(words);
    compiled.dispose();
    expect(liveCounts()).toEqual(before);
  });
});
