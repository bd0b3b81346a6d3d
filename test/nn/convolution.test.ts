import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, compile, start } from '../../src/engine';
import { convolve } from '../../src/nn/convolution';
import { describeConvolution } from '../../src/nn/convolution/geometry';
import type { Convolution } from '../../src/nn/convolution/geometry';
import { pointwise } from '../../src/nn/convolution/pointwise';
import { isBestTapwise } from '../../src/nn/convolution/tapwise-gradient';
import { twoByTwo } from '../../src/nn/convolution/two-by-two';
import { windowProducts } from '../../src/nn/convolution/window-products';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

/** `[size, kernel, stride, padding, in, out]`. */
type Extent = readonly [number, number, number, number, number, number];

const forms: readonly [string, (convolution: Convolution) => boolean, readonly Extent[]][] = [
  [
    'one product of the positions seen',
    pointwise.takes,
    [
      [8, 1, 2, 0, 5, 7],
      [6, 1, 3, 0, 3, 4],
      [2, 1, 2, 0, 6, 2],
    ],
  ],
  ['nine products on a map of 2×2', twoByTwo.takes, [[2, 3, 1, 1, 5, 7]]],
  [
    'one product for each window',
    (convolution) => windowProducts.takes(convolution) && !twoByTwo.takes(convolution),
    [
      [1, 3, 1, 1, 5, 7],
      [2, 3, 2, 1, 5, 7],
      [4, 3, 2, 1, 5, 7],
      [5, 3, 2, 0, 4, 3],
      [2, 5, 1, 2, 3, 2],
      [4, 4, 4, 0, 3, 2],
    ],
  ],
  [
    'a gradient of the weight tap by tap',
    isBestTapwise,
    [
      [4, 3, 1, 1, 64, 64],
      [8, 3, 2, 1, 64, 65],
      [7, 3, 1, 1, 65, 64],
      [6, 5, 1, 2, 64, 64],
      [3, 7, 1, 3, 64, 64],
      [9, 3, 3, 1, 64, 64],
      [5, 3, 1, 0, 64, 64],
      [5, 3, 1, 2, 64, 64],
    ],
  ],
];

const all: typeof forms = [
  ...forms,
  [
    "TensorFlow's own operations",
    () => true,
    [
      [8, 3, 1, 1, 5, 7],
      [8, 3, 2, 1, 5, 7],
      [9, 7, 2, 3, 3, 4],
      [9, 5, 3, 1, 3, 4],
      [7, 1, 2, 0, 3, 4],
      [7, 1, 1, 0, 3, 4],
      [4, 1, 4, 1, 3, 4],
      [3, 2, 5, 3, 3, 4],
    ],
  ],
];

const cases = all.flatMap(([name, takes, extents]) => extents.map((extent) => ({ name, takes, extent })));

function normal(shape: [number, number, number, number], purpose: number): tf.Tensor4D {
  const stream = new RandomStream(0, 'evaluation', [purpose]);
  const length = shape.reduce((product, side) => product * side);
  return tf.tensor4d(
    Float32Array.from({ length }, () => stream.normal()),
    shape,
  );
}

/** Output and gradients, one array each. */
async function runBackwards(
  form: (x: tf.Tensor4D, weight: tf.Tensor4D) => tf.Tensor4D,
  inputs: readonly [x: tf.Tensor4D, weight: tf.Tensor4D, dy: tf.Tensor4D],
  eager: boolean,
): Promise<Float32Array[]> {
  const run = compile(
    (x: tf.Tensor4D, weight: tf.Tensor4D, dy: tf.Tensor4D) => {
      const [dx, dWeight] = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(tf.mul(form(a as tf.Tensor4D, b as tf.Tensor4D), dy)),
      )([x, weight]) as [tf.Tensor, tf.Tensor];
      return [form(x, weight), dx, dWeight] as tf.Tensor[];
    },
    { name: 'backwards', eager },
  );
  const results = await run(...inputs);
  const values = results.map((result) => Float32Array.from(result.dataSync()));
  tf.dispose(results);
  run.dispose();
  return values;
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('%s', (_, eager) => {
  it.each(cases)('$name equals the plain convolution at $extent', async ({ takes, extent }) => {
    const [size, kernel, stride, padding, inChannels, outChannels] = extent;
    const options = { stride, padding };
    const around: [number, number] = [padding, padding];
    const plain = (x: tf.Tensor4D, weight: tf.Tensor4D): tf.Tensor4D =>
      tf.conv2d(tf.pad(x, [[0, 0], around, around, [0, 0]]), weight, stride, 'valid');
    const x = normal([3, size, size, inChannels], 0);
    const weight = normal([kernel, kernel, inChannels, outChannels], 1);
    expect(takes(describeConvolution(x, weight, options))).toBe(true);
    const y = plain(x, weight);
    const dy = normal(y.shape, 2);

    const own = await runBackwards((a, b) => convolve(a, b, options), [x, weight, dy], eager);
    const wanted = await runBackwards(plain, [x, weight, dy], eager);

    for (const [index, values] of own.entries()) {
      const reference = wanted[index]!;
      expect(values).toHaveLength(reference.length);
      const scale = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const worst = values.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - reference[at]!) / scale),
        0,
      );
      expect(worst).toBeLessThanOrEqual(2e-6);
    }
    tf.dispose([x, weight, dy, y]);
  });
});

const productForms = [pointwise, twoByTwo, windowProducts];

it('leaves wide maps, narrow channels and odd sides to TensorFlow', () => {
  const plain: Extent[] = [
    [8, 3, 1, 1, 64, 64],
    [7, 3, 1, 1, 63, 64],
    [7, 3, 2, 1, 64, 64],
    [7, 1, 2, 0, 64, 64],
    [32, 7, 2, 3, 3, 64],
  ];
  for (const [size, kernel, stride, padding, inChannels, outChannels] of plain) {
    const x = tf.zeros<tf.Rank.R4>([1, size, size, inChannels]);
    const weight = tf.zeros<tf.Rank.R4>([kernel, kernel, inChannels, outChannels]);
    const convolution = describeConvolution(x, weight, { stride, padding });
    expect(productForms.some((form) => form.takes(convolution)) || isBestTapwise(convolution)).toBe(false);
    tf.dispose([x, weight]);
  }
});
