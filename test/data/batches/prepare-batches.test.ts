import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { batchesProblem, dataSchema } from '../../../src/contracts';
import type { BatchesScope, OpenedBatches } from '../../../src/contracts';
import { defineBatches, prepareBatches, tensorBatches } from '../../../src/data';
import type { DataOptions, PreparedData } from '../../../src/data';
import { liveCounts, start } from '../../../src/engine';

interface Numbers {
  readonly x: tf.Tensor1D;
}

let tensors: number;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
beforeEach(() => {
  tensors = liveCounts().tensors;
});
afterEach(() => {
  expect(liveCounts().tensors).toBe(tensors);
});

const count = z.strictObject({ samples: z.int().positive().default(6) });

function numbers(samples: number, scope: BatchesScope) {
  return tensorBatches<Numbers>({ x: tf.range(0, samples) }, scope);
}

function optionsOf(given: Partial<DataOptions> = {}): DataOptions {
  return dataSchema.parse({ name: 'digits', batchSize: 2, ...given });
}

/** Batches whose `open` returns what is given. */
function opening(open: (scope: BatchesScope) => unknown): Promise<PreparedData<Numbers>> {
  const defined = defineBatches<Numbers>({
    name: 'numbers',
    open: (_, scope) => open(scope) as OpenedBatches<Numbers>,
  });
  return prepareBatches(defined(), optionsOf(), { seed: 5 });
}

describe('defineBatches', () => {
  const nothing = (): null => null;

  it('records the options as they were given, and opens with their defaults', async () => {
    const open = jest.fn(({ samples }: { samples: number }, scope: BatchesScope) => ({
      train: numbers(samples, scope),
    }));
    const declare = defineBatches({ name: 'numbers', options: count, open });
    const declared = declare();
    expect([declared.name, declared.spec]).toEqual(['numbers', { export: 'numbers', options: {} }]);
    const onMessage = jest.fn();
    const options = optionsOf({ shuffle: false, dropLast: false, path: '/data/numbers' });
    const context = { seed: 5, rank: 1, worldSize: 3, cores: 2, onMessage };
    const { train, info } = await prepareBatches(declared, options, context);
    expect(open.mock.calls[0]).toEqual([
      { samples: 6 },
      {
        ...{ seed: 5, rank: 1, worldSize: 3, batchSize: 2, shuffle: false, dropLast: false, pad: true },
        ...{ path: '/data/numbers', cores: 2, onMessage, signal: expect.any(AbortSignal) as AbortSignal },
      },
    ]);
    expect(info).toEqual({
      ...{
        name: 'numbers',
        requested: 'numbers',
        path: '/data/numbers',
        samples: 6,
        batchSize: 2,
        classes: 0,
      },
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    await train.close();
  });

  it.each([
    [
      undefined,
      'defineBatches was given the name undefined. Write the name of the batches in messages and records.',
    ],
    [
      {},
      'defineBatches was given the name undefined. Write the name of the batches in messages and records.',
    ],
    [
      { name: '', open: nothing },
      'defineBatches was given the name "". Write the name of the batches in messages and records.',
    ],
    [
      { name: 'points', open: 3 },
      'defineBatches of points was given the open 3. Write a function that opens the batches.',
    ],
    [
      { name: 'points', open: nothing, options: { samples: 3 } },
      'defineBatches of points was given the options {"samples":3}. Write a zod schema: z.strictObject({ samples: z.int() }).',
    ],
  ])('is rejected if its definition is %j', (definition, message) => {
    const define = defineBatches as (definition: unknown) => unknown;
    expect(() => define(definition)).toThrow(new Error(message));
  });

  it('rejects options that contain themselves', () => {
    const open = () => opening(() => undefined) as never;
    const options = z.strictObject({ layers: z.unknown() });
    const declare = defineBatches({ name: 'numbers', options, open });
    const layers: unknown[] = [];
    layers.push(layers);
    expect(() => declare({ layers })).toThrow(
      'The options of the batches numbers are not plain data: options.layers[0] contains itself, which cannot be written as JSON. ' +
        'They are recorded with the run. ' +
        'Use numbers, strings, booleans, lists and plain objects, and build the rest from them in open.',
    );
  });

  it('rejects options that the schema does not accept, and what is not plain data', () => {
    const open = () => opening(() => undefined) as never;
    const declare = defineBatches({ name: 'numbers', options: count, open });
    expect(() => declare({ samples: 0 })).toThrow(
      'The batches numbers cannot use their options: samples: Too small: expected number to be >0. ' +
        'Correct them where numbers({ ... }) is called.',
    );
    const loose: (options: object) => unknown = defineBatches({ name: 'numbers', open });
    expect(() => loose({ size: 1 })).toThrow(
      'The batches numbers cannot use their options: size: is not an option, since they declare none. ' +
        'Correct them where numbers({ ... }) is called.',
    );
    expect(batchesProblem(declare)).toBe('must be called: batches: numbers({ ... })');
    expect(batchesProblem(declare())).toBe(null);
    expect(batchesProblem({})).toBe(
      'must be the result of a function made by defineBatches; ' +
        "write const points = defineBatches({ name: 'points', open: ... }) and pass batches: points()",
    );
  });
});

describe('prepareBatches', () => {
  it('distinguishes data with other options, samples or fingerprints', async () => {
    const declare = defineBatches({
      name: 'numbers',
      options: count.extend({ print: z.string().optional() }),
      open: ({ samples, print }, scope) => ({
        train: numbers(samples, scope),
        ...(print !== undefined && { fingerprint: print }),
      }),
    });
    const printOf = async (options: Parameters<typeof declare>[0]) => {
      const { train, info } = await prepareBatches(declare(options), optionsOf(), { seed: 5 });
      await train.close();
      return info.fingerprint;
    };
    const [first, same, other] = [await printOf({}), await printOf({}), await printOf({ samples: 7 })];
    expect([first === same, first === other]).toEqual([true, false]);
    expect(await printOf({ print: 'abc' })).toBe('abc');
  });

  it('opens held-out samples in order and unpadded, and names them by their place or their indices', async () => {
    const heldOut = (_: string, scope: BatchesScope) =>
      tensorBatches({ x: tf.range(0, 3), indices: tf.tensor1d([7, 8, 9], 'int32') }, scope);
    const scopes: BatchesScope[] = [];
    const { train, heldOut: open } = await opening((scope) => ({
      train: numbers(4, scope),
      heldOut: (split: string, held: BatchesScope) => {
        scopes.push(held);
        return split === 'all' ? numbers(3, held) : heldOut(split, held);
      },
    }));
    const namesOf = async (split: 'test' | 'all') => {
      const samples = await open(split);
      const found = [];
      let before = 0;
      for await (const batch of samples.epoch(0)) {
        const [size] = batch.x.shape;
        found.push(...(await samples.namesOf(batch, { before, size })));
        before += size;
      }
      await samples.close();
      return found;
    };
    expect(await namesOf('all')).toEqual(
      [0, 1, 2].map((index) => ({ index, name: String(index), class: null })),
    );
    expect((await namesOf('test')).map(({ name }) => name)).toEqual(['7', '8', '9']);
    expect(scopes.map(({ shuffle, dropLast, pad }) => [shuffle, dropLast, pad])).toEqual([
      [false, false, false],
      [false, false, false],
    ]);
    await train.close();
  });

  it.each([
    ['nothing', undefined, 'is undefined'],
    ['no train', {}, 'is undefined'],
    ['a train that is none', { train: { batchesPerEpoch: 3 } }, 'is not a source of batches'],
  ])('says that open returned %s', async (_, opened, is) => {
    await expect(opening(() => opened)).rejects.toThrow(
      `Of the batches numbers, the train of what open returned ${is}. ` +
        'Return an object with batchesPerEpoch, samples, epoch() and close(), such as tensorBatches() makes.',
    );
  });

  it('reports what fails in open and in heldOut, and requests for held-out samples or images that it does not have', async () => {
    await expect(
      opening(() => {
        throw new Error('no such file.');
      }),
    ).rejects.toThrow(
      'The batches numbers cannot be opened: no such file. ' +
        'Correct their options or data, or open in defineBatches.',
    );
    const failing = await opening((scope) => ({
      train: numbers(2, scope),
      heldOut: () => Promise.reject(new Error('gone')),
    }));
    await expect(failing.heldOut()).rejects.toThrow(
      'The batches numbers cannot be opened: gone. ' +
        'Correct their options or data, or heldOut in defineBatches.',
    );
    const bare = await opening((scope) => ({ train: numbers(2, scope) }));
    await expect(bare.heldOut()).rejects.toThrow(
      'Held-out samples were requested, but the batches numbers have none. ' +
        'Return heldOut from open in defineBatches; for a fit, --trainer.limitValBatches 0 turns validation off.',
    );
    await expect(bare.evaluation.open('test', { batchSize: 1 })).rejects.toThrow(
      "Plain images were requested, but the experiment's data is its own batches, numbers. " +
        'Use the samples that heldOut opens, or give the experiment a data set of images.',
    );
    await Promise.all([failing.train.close(), bare.train.close()]);
  });
});
