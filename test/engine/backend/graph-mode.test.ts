import * as tf from '@tensorflow/tfjs-core';
import { Int64Scalar } from '@tensorflow/tfjs-node-gpu/dist/int64_tensors';
import { compile, liveCounts, runOp, start } from '../../../src/engine';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  before = liveCounts();
});
afterEach(() => {
  expect(liveCounts()).toEqual(before);
});

/** What a body of tensor operations gives, run at once and compiled. */
async function bothWays(body: () => tf.Tensor[]): Promise<unknown[][]> {
  return Promise.all(
    [true, false].map(async (eager) => {
      const run = compile(body, { eager });
      const results = (await run()) as unknown as (tf.Tensor | number)[];
      const values = results.map((result) => (typeof result === 'number' ? result : result.arraySync()));
      tf.dispose(results);
      run.dispose();
      return values;
    }),
  );
}

describe('an operation in a graph gives what it gives at once', () => {
  it.each<[string, () => tf.Tensor[], unknown[]]>([
    ['concat', () => [tf.concat([tf.tensor1d([1]), tf.tensor1d([2, 3]), tf.tensor1d([4])])], [[1, 2, 3, 4]]],
    ['stack', () => [tf.stack([tf.tensor1d([1, 2]), tf.tensor1d([3, 4])], 1)], [[[1, 3], [2, 4]]]], // prettier-ignore
    ['unstack', () => tf.unstack(tf.tensor2d([[1, 2], [3, 4]])), [[1, 2], [3, 4]]], // prettier-ignore
    ['split', () => tf.split(tf.tensor1d([1, 2, 3]), [1, 2]), [[1], [2, 3]]],
    ['addN', () => [tf.addN([tf.tensor1d([1]), tf.tensor1d([2]), tf.tensor1d([3])])], [[6]]],
    ['einsum', () => [tf.einsum('i,i->', tf.tensor1d([1, 2]), tf.tensor1d([3, 4]))], [11]],
    [
      'cast',
      () => [tf.cast(tf.tensor1d([1.7, -1.7]), 'int32'), tf.cast(tf.tensor1d([2, 0]), 'bool')],
      [
        [1, -1],
        [1, 0],
      ],
    ],
    ['mean of whole numbers', () => [tf.mean(tf.tensor1d([1, 2], 'int32'))], [1.5]],
    ['mean of booleans', () => [tf.mean(tf.tensor1d([true, false], 'bool'))], [0.5]],
    ['round of whole numbers', () => [tf.round(tf.tensor1d([-3, 7], 'int32'))], [[-3, 7]]],
    ['topk', () => Object.values(tf.topk(tf.tensor1d([3, 9, 5]), 2)), [[9, 5], [1, 2]]], // prettier-ignore
    [
      'oneHot and where',
      () => [tf.where(tf.cast(tf.oneHot(tf.tensor1d([1], 'int32'), 2), 'bool'), 5, 6)],
      [[[6, 5]]],
    ],
    ['strided slice', () => [tf.stridedSlice(tf.tensor1d([0, 1, 2, 3, 4]), [1], [5], [2])], [[1, 3]]],
  ])('%s', async (_, body, expected) => {
    expect(await bothWays(body)).toEqual([expected, expected]);
  });

  it('gather, with indices that are computed in the graph', async () => {
    const table = tf.tensor2d([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const pick = (): tf.Tensor[] => {
      const indices = tf.argMax(tf.tensor2d([[0, 0, 1], [1, 0, 0]]), 1); // prettier-ignore
      return [tf.gather(table, indices), tf.gather(table, tf.tensor1d([1], 'int32'), 1)];
    };
    const expected = [[[5, 6], [1, 2]], [[2], [4], [6]]]; // prettier-ignore
    expect(await bothWays(pick)).toEqual([expected, expected]);
    table.dispose();
  });

  it('64-bit scalars, which tfjs-node hands over in two halves', async () => {
    const body = (): tf.Tensor[] => {
      const backend = tf.backend() as unknown as {
        executeSingleOutput(name: string, attributes: object[], inputs: object[]): tf.Tensor;
      };
      const negative = new Int64Scalar(-(2 ** 30));
      const attributes = [
        { name: 'SrcT', type: 4, value: 9 },
        { name: 'DstT', type: 4, value: 1 },
        { name: 'Truncate', type: 3, value: false },
      ];
      return [backend.executeSingleOutput('Cast', attributes, [negative])];
    };
    const run = compile(() => body()[0]!.asScalar());
    expect(await run()).toBe(-(2 ** 30));
    run.dispose();
  });

  it('training batch norm', async () => {
    const body = (): tf.Tensor[] => {
      const x = tf.tensor4d([1, 2, 3, 6], [4, 1, 1, 1]);
      const [ones, none] = [tf.ones([1]), tf.zeros([0])];
      const outputs = runOp(
        'FusedBatchNormV3',
        { epsilon: { type: 'float', value: 0 }, is_training: { type: 'bool', value: true } },
        [x, ones, tf.zeros([1]), none, none],
        6,
      );
      return [outputs[1]!, outputs[2]!];
    };
    const [eager, traced] = await bothWays(body);
    expect(traced).toEqual(eager);
    const [means, variances] = traced as [number[], number[]];
    expect(means).toEqual([3]);
    // The variance is the unbiased one.
    expect(variances[0]).toBeCloseTo(14 / 3, 5);
  });
});

describe('strings', () => {
  const words = ['', 'a', 'Fulgur', 'gleißend hell ⚡', 'x'.repeat(5000)];

  it('come back from native memory as they went in, short and long', () => {
    tf.tidy(() => {
      const tensor = tf.tensor1d(words);
      expect(tf.reshape(tensor, [5, 1]).dataSync()).toEqual(words);
      expect(tf.concat([tensor, tf.tensor1d(['end'])]).dataSync()).toEqual([...words, 'end']);
      expect(tf.reshape(tf.tensor1d([], 'string'), [0, 1]).dataSync()).toHaveLength(0);
    });
  });

  it('go through a compiled function, as constants and as arguments', async () => {
    const argument = tf.tensor1d(words);
    const append = compile((given: tf.Tensor1D) => tf.concat([given, tf.tensor1d(['more'])]));
    const result = await append(argument);
    expect((result as tf.Tensor).dataSync()).toEqual([...words, 'more']);
    tf.dispose([argument, result]);
    append.dispose();
  });
});

describe('runOp', () => {
  it('takes attributes of every kind', () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
      const [pooled] = runOp(
        'MaxPool',
        {
          ksize: { type: 'ints', value: [1, 2, 2, 1] },
          strides: { type: 'ints', value: [1, 2, 2, 1] },
          padding: { type: 'string', value: 'VALID' },
        },
        [x],
        1,
      );
      expect(pooled!.arraySync()).toEqual([[[[4]]]]);
      const [shaped] = runOp(
        'PlaceholderWithDefault',
        { shape: { type: 'shape', value: [1, 2, 2, 1] } },
        [x],
        1,
      );
      expect(shaped!.shape).toEqual([1, 2, 2, 1]);
      const [cast] = runOp('Cast', { DstT: { type: 'type', value: 'int32' } }, [x], 1);
      expect(cast!.dtype).toBe('int32');
    });
  });

  it('takes host values that no operation has used yet', () => {
    const x = tf.scalar(4);
    const [root] = runOp('Sqrt', {}, [x], 1);
    expect(root!.dataSync()[0]).toBe(2);
    tf.dispose([x, root!]);
  });
});
