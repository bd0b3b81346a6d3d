import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, compile, start } from '../../../src/engine';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

function random(shape: [number, number], position: number): tf.Tensor2D {
  const stream = new RandomStream(1, 'initialisation', [position]);
  return tf.tensor2d(
    Float32Array.from({ length: shape[0] * shape[1] }, () => stream.normal()),
    shape,
  );
}

describe('precision bf16-mixed', () => {
  // 4096 products a number: bfloat16 keeps 8 bits of each factor, and sums in float32.
  const inputs = (): [tf.Tensor2D, tf.Tensor2D] => [random([64, 4096], 0), random([4096, 64], 1)];

  it('multiplies within the rounding of bfloat16, and takes means and logarithms in float32', async () => {
    const [a, b] = inputs();
    const work = (x: tf.Tensor2D, y: tf.Tensor2D) => ({
      product: tf.matMul(x, y),
      mean: tf.mean<tf.Scalar>(tf.log(tf.add(tf.square(x), 1))),
    });
    const plain = await compile(work)(a, b);
    const mixed = await compile(work, { precision: 'bf16-mixed' })(a, b);
    expect(mixed.mean).toBe(plain.mean);
    const [exact, rounded] = [plain, mixed].map(({ product }) => product.dataSync() as Float32Array);
    const error = Math.sqrt(
      exact!.reduce((sum, value, i) => sum + (value - rounded![i]!) ** 2, 0) / exact!.length,
    );
    // The products' deviation is 64; each factor is off by 2^-9 of itself at most.
    expect(error).toBeLessThan(64 * 2 ** -8);
    expect(mixed.product.dtype).toBe('float32');
    tf.dispose([a, b, plain.product, mixed.product]);
  });
});
