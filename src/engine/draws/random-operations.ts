// The exports of tfjs themselves and not a copy of them: modules that import tfjs later get the operations below.
// eslint-disable-next-line @typescript-eslint/no-require-imports
import tfjs = require('@tensorflow/tfjs-core');
import type { DataType, Tensor, Tensor1D, TensorLike } from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import { runOp } from '../run-op';
import { isDrawingForStep } from './active-draws';
import { drawSeed } from './step-draws';

type Shape = readonly number[];
type Dtype = DataType | null | undefined;
type Seed = number | string | null | undefined;

const float32 = { type: 'type', value: 'float32' } as const;
const int32 = { type: 'type', value: 'int32' } as const;

/** Draws with one of TensorFlow's stateless operations: its numbers depend only on the seed. */
function draw(operation: string, shape: Shape, { more = [], dtype = float32, seed = drawSeed() }: Draw = {}) {
  const inputs = [tfjs.tensor1d([...shape], 'int32'), seed, ...more];
  return runOp(operation, { dtype, T: int32, Tseed: int32 }, inputs, 1)[0] as Tensor;
}

interface Draw {
  readonly more?: readonly Tensor[];
  readonly dtype?: typeof float32 | typeof int32;
  readonly seed?: Tensor1D;
}

/** Uniform over [0, 1), also outside steps. */
function drawUniform(shape: Shape): Tensor {
  return draw('StatelessRandomUniform', shape);
}

/**
 * The random operations of tfjs as they behave in a step, if no seed is given: the same distributions, drawn by
 * TensorFlow, new ones in each call. With a seed they return tfjs's own numbers, the same in each call.
 */
const inStep = {
  randomUniform: (shape: Shape, low = 0, high = 1, dtype?: Dtype) =>
    dtype === 'int32' || dtype === 'bool'
      ? tfjs.cast(wholeNumbers('randomUniform', shape, low, high), dtype)
      : typed('randomUniform', dtype, affine(drawUniform(shape), high - low, low)),

  randomUniformInt: (shape: Shape, low: number, high: number) =>
    wholeNumbers('randomUniformInt', shape, low, high),

  randomNormal: (shape: Shape, mean = 0, deviation = 1, dtype?: Dtype) =>
    typed('randomNormal', dtype, affine(draw('StatelessRandomNormal', shape), deviation, mean)),

  randomStandardNormal: (shape: Shape, dtype?: Dtype) =>
    typed('randomStandardNormal', dtype, draw('StatelessRandomNormal', shape)),

  truncatedNormal: (shape: Shape, mean = 0, deviation = 1, dtype?: Dtype) =>
    typed('truncatedNormal', dtype, affine(draw('StatelessTruncatedNormal', shape), deviation, mean)),

  // tfjs multiplies by the value that its documentation calls an inverse scale.
  randomGamma: (shape: Shape, alpha: number, beta?: number | null, dtype?: Dtype) =>
    typed(
      'randomGamma',
      dtype,
      affine(draw('StatelessRandomGammaV2', shape, { more: [tfjs.scalar(alpha)] }), beta ?? 1, 0),
    ),

  dropout: (x: Tensor | TensorLike, rate: number, noiseShape?: (number | null)[]) => {
    const input = x instanceof tfjs.Tensor ? x : tfjs.tensor(x);
    const own = noiseShape?.length === input.rank;
    const shape = own
      ? noiseShape.map((size, axis) => size ?? input.shape[axis])
      : (noiseShape ?? input.shape);
    return dropped(input, rate, shape as number[]);
  },
};

/** Zeroes values with probability `rate` and scales the others up; `shape` is that of the mask. */
export function dropped<T extends Tensor>(x: T, rate: number, shape: Shape = x.shape): T {
  return tfjs.tidy(() => {
    const kept = tfjs.cast(tfjs.greaterEqual(drawUniform(shape), rate), 'float32');
    return tfjs.mul<T>(x, tfjs.mul(kept, 1 / (1 - rate)));
  });
}

/** The position of the seed among an operation's arguments. */
const seedAt: Readonly<Record<keyof typeof inStep, number>> = {
  randomUniform: 4,
  randomUniformInt: 3,
  randomNormal: 4,
  randomStandardNormal: 2,
  truncatedNormal: 4,
  randomGamma: 4,
  dropout: 3,
};

function affine(values: Tensor, factor: number, summand: number): Tensor {
  return tfjs.add(tfjs.mul(values, factor), summand);
}

/** Converts real numbers to the requested type: tfjs rounds to whole ones. */
function typed(operation: string, dtype: Dtype, values: Tensor): Tensor {
  if (dtype === 'int32') return tfjs.cast(tfjs.round(values), 'int32');
  if ((dtype ?? 'float32') === 'float32') return values;
  throw new FulgurError('trace', {
    what: `tf.${operation} was called with the type ${String(dtype)}.`,
    fix: 'Draw float32 or int32, and cast the result.',
  });
}

function wholeNumbers(operation: string, shape: Shape, low: number, high: number): Tensor {
  const bounds = [Math.ceil(low), Math.ceil(high)] as const;
  if (bounds[0] < bounds[1]) {
    const limits = bounds.map((bound) => tfjs.scalar(bound, 'int32'));
    return draw('StatelessRandomUniformInt', shape, { more: limits, dtype: int32 });
  }
  throw new FulgurError('trace', {
    what: `tf.${operation} was called for whole numbers from ${low} up to, and not including, ${high}.`,
    fix: 'Use bounds with a whole number between them.',
  });
}

/**
 * Returns indices of classes, [rows, samples]: the positions of uniform numbers among cumulative probabilities.
 * TensorFlow's own operation returns other indices for another number of threads.
 */
function chosen(logits: Tensor, samples: number, seed: Seed): Tensor {
  const rows = logits.rank === 1 ? tfjs.reshape(logits, [1, -1]) : logits;
  const sums = tfjs.cumsum(tfjs.softmax(tfjs.cast(rows, 'float32')), 1);
  const [count, classes] = rows.shape as [number, number];
  const total = tfjs.slice(sums, [0, classes - 1], [count, 1]);
  const given = seed === null || seed === undefined ? {} : { seed: seedOf(Number(seed)) };
  const places = tfjs.mul(draw('StatelessRandomUniform', [count, samples], given), total);
  const indices = runOp('UpperBound', { T: float32, out_type: int32 }, [sums, places], 1)[0] as Tensor;
  return logits.rank === 1 ? tfjs.reshape(indices, [samples]) : indices;
}

function seedOf(seed: number): Tensor1D {
  return tfjs.tensor1d([...new Int32Array(new Float64Array([seed]).buffer)], 'int32');
}

type Operation = (...args: never[]) => Tensor;

function replace(name: string, around: (original: Operation, args: unknown[]) => Tensor): void {
  const operations = tfjs as unknown as Record<string, Operation>;
  const original = operations[name];
  if (original === undefined) throw new Error(`tfjs has no operation ${name}`);
  operations[name] = (...args) =>
    isDrawingForStep() ? tfjs.tidy(() => around(original, args)) : original(...args);
}

for (const [name, operation] of Object.entries(inStep)) {
  replace(name, (original, args) => {
    const at = seedAt[name as keyof typeof inStep];
    const seed = args[at] as Seed;
    // Dropout at rate 0 draws nothing, and tfjs rejects an invalid rate.
    const rate = args[1] as number;
    if (name === 'dropout' && !(rate > 0 && rate < 1)) return original(...(args as never[]));
    if (seed === null || seed === undefined) return (operation as Operation)(...(args as never[]));
    // As a text, 0 is a seed like any other.
    return original(...(args.with(at, String(seed)) as never[]));
  });
}

replace('multinomial', (original, args) => {
  const [logits, samples, seed, normalized] = args as [Tensor | TensorLike, number, Seed, boolean?];
  const tensor = logits instanceof tfjs.Tensor ? logits : tfjs.tensor(logits);
  // tfjs reports arguments that it does not support.
  if (normalized === true || tensor.rank > 2 || tensor.size < 2) return original(...(args as never[]));
  return chosen(tensor, samples, seed);
});

replace('rand', () => {
  throw new FulgurError('trace', {
    what: 'tf.rand was called in a step.',
    why: 'A step is traced once, so its function would be called only then, and return the same numbers at every step.',
    fix: 'Draw with tf.randomUniform or tf.randomNormal.',
  });
});
