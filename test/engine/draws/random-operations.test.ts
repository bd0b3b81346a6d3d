// Imported before Fulgur, and so with tfjs's own random operations.
import * as early from '@tensorflow/tfjs-core';
import { compile, drawSeed, liveCounts, nn, runOp, seedEverything, start, tf } from '../../../src';
import type { CompileOptions } from '../../../src';
import { recomputed } from '../../../src/nn/recomputed';

const SIZE = 20_000;

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

/** Every operation that draws, with the mean and deviation of what it gives and the bounds that it keeps to. */
const operations: Readonly<
  Record<string, readonly [draw: () => tf.Tensor, mean: number, deviation: number, low: number, high: number]>
> = {
  randomUniform: [() => tf.randomUniform([SIZE]), 1 / 2, Math.sqrt(1 / 12), 0, 1],
  'randomUniform with bounds': [() => tf.randomUniform([SIZE], -3, 5), 1, 8 / Math.sqrt(12), -3, 5],
  'randomUniform of int32': [() => tf.randomUniform([SIZE], -2, 3, 'int32'), 0, Math.SQRT2, -2, 2],
  'randomUniform of bool': [() => tf.randomUniform([SIZE], 0, 2, 'bool'), 0.5, 0.5, 0, 1],
  randomUniformInt: [() => tf.randomUniformInt([SIZE], 0, 10), 4.5, Math.sqrt(8.25), 0, 9],
  randomNormal: [() => tf.randomNormal([SIZE]), 0, 1, -6, 6],
  'randomNormal with moments': [() => tf.randomNormal([SIZE], 3, 0.5), 3, 0.5, 0, 6],
  'randomNormal of int32': [
    () => tf.randomNormal([SIZE], 0, 10, 'int32'),
    0,
    Math.sqrt(100 + 1 / 12),
    -60,
    60,
  ],
  randomStandardNormal: [() => tf.randomStandardNormal([SIZE]), 0, 1, -6, 6],
  // A normal cut at two deviations has 0.7737 of its variance.
  truncatedNormal: [() => tf.truncatedNormal([SIZE], 1, 2), 1, 2 * Math.sqrt(0.7737), -3, 5],
  randomGamma: [() => tf.randomGamma([SIZE], 4), 4, 2, 0, 40],
  'randomGamma with beta': [() => tf.randomGamma([SIZE], 0.5, 2), 1, Math.SQRT2, 0, 60],
  multinomial: [
    () => tf.multinomial(tf.log([0.2, 0.3, 0.5]) as tf.Tensor1D, SIZE),
    1.3,
    Math.sqrt(0.61),
    0,
    2,
  ],
  'multinomial of rows': [
    () =>
      tf.multinomial(
        tf.log([
          [0.25, 0.75],
          [0.25, 0.75],
        ]) as tf.Tensor2D,
        SIZE,
      ),
    0.75,
    Math.sqrt(0.1875),
    0,
    1,
  ],
  dropout: [() => tf.dropout(tf.ones([SIZE]), 0.2), 1, 0.5, 0, 1.25],
  'nn.Dropout': [() => new nn.Dropout(0.2).forward(tf.ones([SIZE])), 1, 0.5, 0, 1.25],
};

const names = Object.keys(operations);
const modes = [
  ['compiled', {}],
  ['eager', { eager: true }],
  ['compiled in bf16-mixed', { precision: 'bf16-mixed' }],
] as const satisfies readonly (readonly [string, CompileOptions])[];

/** What a function gives in its first calls, from one seed. */
async function calls(
  run: () => tf.Tensor,
  options: CompileOptions = {},
  count = 3,
  seed = 1,
): Promise<number[][]> {
  seedEverything(seed);
  const compiled = compile(run, { name: 'draw', ...options });
  const all: number[][] = [];
  for (let call = 0; call < count; call++) {
    const tensor = await compiled();
    all.push([...tensor.dataSync()]);
    tensor.dispose();
  }
  compiled.dispose();
  return all;
}

describe.each(names)('tf.%s in a step', (name) => {
  const [draw, mean, deviation, low, high] = operations[name]!;

  it('draws again at every call, the same compiled, eager and in bf16-mixed, and other numbers for another seed', async () => {
    const compiled = await calls(draw);
    const others = [await calls(draw, { eager: true }), await calls(draw, { precision: 'bf16-mixed' })];
    expect(new Set(compiled.map(String)).size).toBe(3);
    for (const other of others) expect(other).toEqual(compiled);
    expect(await calls(draw, {}, 1, 2)).not.toEqual(compiled.slice(0, 1));
  });

  it('keeps to its distribution', async () => {
    const values = (await calls(draw)).flat();
    const found = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - found) ** 2, 0) / values.length;
    // Five deviations of the mean of so many draws.
    expect(Math.abs(found - mean)).toBeLessThan((5 * deviation) / Math.sqrt(values.length));
    expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(0.03);
    expect(values.every((value) => value >= low && value <= high)).toBe(true);
  });

  it('is tfjs outside of a step: not of the run', () => {
    if (name === 'nn.Dropout') return;
    seedEverything(1);
    const first = [...draw().dataSync()];
    seedEverything(1);
    expect([...draw().dataSync()]).not.toEqual(first);
  });
});

describe.each(modes)('%s', (_, options) => {
  it('draws other numbers at every place of a step', async () => {
    const layer = new nn.Dropout();
    const [values] = await calls(
      () =>
        tf.concat([
          ...[0, 1, 2].map(() => tf.randomNormal([4])),
          ...[0, 1].map(() => tf.randomStandardNormal([4])),
          layer.forward(tf.ones([64])),
          layer.forward(tf.ones([64])),
        ]),
      options,
      1,
    );
    const normals = values!.slice(0, 20);
    expect(new Set(normals).size).toBe(20);
    expect(values!.slice(20, 84)).not.toEqual(values!.slice(84));
  });

  it('gives gradients through what is drawn', async () => {
    const sigma = tf.scalar(2);
    const run = compile(
      (x: tf.Scalar) => {
        const noise = tf.randomNormal([8]);
        const { value, grad } = tf.valueAndGrad((s: tf.Tensor) => tf.sum<tf.Scalar>(tf.mul(noise, s)))(x);
        const dropped = tf.grad((y: tf.Tensor) => tf.sum(tf.dropout(y, 0.5)))(tf.ones([64]));
        return { value, grad, dropped, noise };
      },
      { name: 'gradient', ...options },
    );
    const { value, grad, dropped, noise } = await run(sigma);
    const sum = [...noise.dataSync()].reduce((a, b) => a + b, 0);
    expect(grad as unknown as number).toBeCloseTo(sum, 5);
    expect(value).toBeCloseTo(2 * sum, 5);
    expect(new Set(dropped.dataSync())).toEqual(new Set([0, 2]));
    run.dispose();
    tf.dispose([dropped, noise, sigma]);
  });

  it('draws the same numbers when it is recomputed for the backward pass', async () => {
    const x = tf.ones([256]);
    const run = compile(
      (input: tf.Tensor) => {
        const outer: { value?: tf.Tensor } = {};
        const gradient = tf.grad((y: tf.Tensor) => {
          outer.value = tf.keep(recomputed(y, [], (again) => tf.dropout(again, 0.5)));
          return tf.sum(outer.value);
        })(input);
        // What comes afterwards is not disturbed by the second pass.
        return { value: outer.value!, gradient, after: tf.randomUniform([4]) };
      },
      { name: 'recomputed', ...options },
    );
    const { value, gradient, after } = await run(x);
    expect(gradient.dataSync()).toEqual(value.dataSync());
    expect(new Set(value.dataSync())).toEqual(new Set([0, 2]));
    tf.dispose([x, value, gradient, after]);
    run.dispose();
  });

  it("gives tfjs's own numbers, the same in every call, for a seed, also for 0", async () => {
    const seeded: readonly (() => tf.Tensor)[] = [
      () => tf.randomNormal([8], 0, 1, 'float32', 7),
      () => tf.randomUniform([8], 0, 1, 'float32', 7),
      () => tf.randomUniformInt([8], 0, 100, 7),
      () => tf.truncatedNormal([8], 0, 1, 'float32', 7),
      () => tf.randomStandardNormal([8], 'float32', 7),
      () => tf.randomGamma([8], 2, 1, 'float32', 7),
      () => tf.dropout(tf.ones([8]), 0.5, undefined, 7),
    ];
    for (const draw of seeded) {
      const outside = [...draw().dataSync()];
      expect(await calls(draw, options, 2)).toEqual([outside, outside]);
    }
    const atZero: readonly (() => tf.Tensor)[] = [
      () => tf.randomNormal([8], 0, 1, 'float32', 0),
      () => tf.randomUniform([8], 0, 1, 'float32', 0),
      () => tf.randomGamma([8], 2, 1, 'float32', 0),
      () => tf.multinomial(tf.zeros<tf.Rank.R1>([50]), 8, 0),
      () => tf.multinomial(tf.zeros<tf.Rank.R1>([50]), 8, 0.25),
    ];
    for (const draw of atZero) {
      const [first, second] = await calls(draw, options, 2);
      expect(second).toEqual(first);
    }
  });

  it('gives the shapes and types that tfjs gives', async () => {
    const run = compile(
      () => ({
        empty: tf.randomNormal([0, 3]),
        cube: tf.randomUniform([2, 3, 4]),
        whole: tf.randomUniform([2], 0, 9, 'int32'),
        truth: tf.randomUniform([2], 0, 2, 'bool'),
        chosen: tf.multinomial(tf.zeros<tf.Rank.R2>([3, 4]), 5),
        mask: tf.dropout(tf.ones([3, 4]), 0.5, [3, 1]),
        kept: tf.dropout(tf.ones([2]), 0),
      }),
      { name: 'shapes', ...options },
    );
    const shapes = Object.entries(await run()).map(([name, { dtype, shape }]) => [name, dtype, shape]);
    expect(shapes).toEqual([
      ['empty', 'float32', [0, 3]],
      ['cube', 'float32', [2, 3, 4]],
      ['whole', 'int32', [2]],
      ['truth', 'bool', [2]],
      ['chosen', 'int32', [3, 5]],
      ['mask', 'float32', [3, 4]],
      ['kept', 'float32', [2]],
    ]);
    run.dispose();
  });

  it('drops whole rows if the shape of the noise requires it', async () => {
    const [values] = await calls(() => tf.dropout(tf.ones([64, 2]), 0.5, [64, 1]), options, 1);
    for (let row = 0; row < 64; row++) expect(values![2 * row]).toBe(values![2 * row + 1]);
    expect(new Set(values)).toEqual(new Set([0, 2]));
  });

  it.each([
    [
      'tf.rand',
      () => tf.rand([2], () => 0.5),
      'tf.rand was called in a step. A step is traced once, so its function would be called only then, and return the same numbers at every step. Draw with tf.randomUniform or tf.randomNormal.',
    ],
    [
      'whole numbers between bounds without any',
      () => tf.randomUniform([2], 0.2, 0.7, 'int32'),
      'tf.randomUniform was called for whole numbers from 0.2 up to, and not including, 0.7. Use bounds with a whole number between them.',
    ],
    [
      'another type',
      () => tf.randomUniform([2], 0, 1, 'complex64'),
      'tf.randomUniform was called with the type complex64. Draw float32 or int32, and cast the result.',
    ],
    [
      'an operation that draws from a state',
      () =>
        runOp(
          'RandomStandardNormal',
          { dtype: { type: 'type', value: 'float32' }, T: { type: 'type', value: 'int32' } },
          [tf.tensor1d([2], 'int32')],
          1,
        )[0]!,
      "The operation 'RandomStandardNormal' of TensorFlow was used in a step. It draws from its own state, which is in no checkpoint and differs between ranks and processes. Use tf.randomUniform or a similar function, or one of TensorFlow's stateless operations with drawSeed().",
    ],
    [
      'an operation of a tfjs that was imported before Fulgur',
      () => early.randomNormal([2]),
      "tf.randomNormal was called in 'draw' in the version of tfjs, which draws its numbers once, in JavaScript. It comes from an '@tensorflow/tfjs-core' that was imported before Fulgur. Import tf from Fulgur: import { tf } from the index, or import Fulgur first.",
    ],
  ])('rejects %s', async (__, draw, message) => {
    await expect(calls(draw, options)).rejects.toMatchObject({ kind: 'trace', message });
  });
});

it('draws for an operation of the user', async () => {
  const attributes = {
    dtype: { type: 'type', value: 'float32' },
    T: { type: 'type', value: 'int32' },
    Tseed: { type: 'type', value: 'int32' },
  } as const;
  const draw = (): tf.Tensor =>
    runOp('StatelessRandomNormal', attributes, [tf.tensor1d([4], 'int32'), drawSeed()], 1)[0]!;
  const compiled = await calls(draw);
  expect(new Set(compiled.flat()).size).toBe(12);
  expect(await calls(draw, { eager: true })).toEqual(compiled);
  // Outside of steps it counts.
  seedEverything(1);
  const outside = [draw(), draw()].map((tensor) => String(tensor.dataSync()));
  seedEverything(1);
  expect([draw(), draw()].map((tensor) => String(tensor.dataSync()))).toEqual(outside);
  expect(outside[0]).not.toBe(outside[1]);
});

it('chooses classes by their probabilities, and never one of probability 0', async () => {
  const logits = tf.tensor2d([
    [0, -Infinity, Math.log(3), -Infinity],
    [-1e4, -1e4, -1e4, 0],
  ]);
  const [values] = await calls(() => tf.multinomial(logits, SIZE), {}, 1);
  const share = (row: number, index: number): number =>
    values!.slice(row * SIZE, (row + 1) * SIZE).filter((value) => value === index).length / SIZE;
  expect(Math.abs(share(0, 0) - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / SIZE));
  expect([share(0, 1), share(0, 3), share(1, 3)]).toEqual([0, 0, 1]);
  expect(share(0, 0) + share(0, 2)).toBe(1);
});

it('continues counting where a new shape makes the function be traced again', async () => {
  seedEverything(1);
  const run = compile((x: tf.Tensor1D) => tf.add(x, tf.randomUniform(x.shape)), {
    onRetrace: () => undefined,
  });
  const [a, b] = [tf.zeros([3]), tf.zeros([2])] as [tf.Tensor1D, tf.Tensor1D];
  const results = [await run(a), await run(b), await run(a), await run(b)];
  const all = results.flatMap((tensor) => [...tensor.dataSync()]);
  expect(new Set(all).size).toBe(10);
  expect(run.traces).toBe(2);
  run.dispose();
});

it('serves layers of tfjs too', async () => {
  const { layers } = jest.requireActual<{
    layers: { dropout(o: object): { apply(x: tf.Tensor, o: object): tf.Tensor } };
  }>('@tensorflow/tfjs');
  const layer = layers.dropout({ rate: 0.5 });
  const draw = (): tf.Tensor => layer.apply(tf.ones([64]), { training: true });
  const compiled = await calls(draw);
  expect(new Set(compiled.map(String)).size).toBe(3);
  expect(await calls(draw, { eager: true })).toEqual(compiled);
});

it('leaves no tensor behind', async () => {
  await calls(() => tf.randomNormal([2]));
  const before = liveCounts();
  await calls(() => tf.add(tf.randomNormal([2]), tf.dropout(tf.ones([2]), 0.5)));
  await calls(() => tf.add(tf.randomNormal([2]), tf.dropout(tf.ones([2]), 0.5)), { eager: true });
  expect(liveCounts()).toEqual(before);
});
