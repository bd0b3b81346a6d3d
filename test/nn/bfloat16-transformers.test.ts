import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, compile, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

function random(shape: [number, number], position: number, scale = 1): tf.Tensor2D {
  const stream = new RandomStream(1, 'initialisation', [position]);
  const values = Float32Array.from({ length: shape[0] * shape[1] }, () => scale * stream.normal());
  return tf.tensor2d(values, shape);
}

/** Keeps what goes through it, for the step to return. */
class Window extends nn.Module {
  seen: tf.Tensor[] = [];

  forward<T extends tf.Tensor>(x: T): T {
    this.seen.push(tf.keep(x));
    return x;
  }
}

function largestError(values: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(values).toHaveLength(wanted.length);
  return Math.max(...Array.from(wanted, (value, index) => Math.abs(value - values[index]!)));
}

/** What bfloat16 keeps of a number of this size: 8 bits. */
const ROUNDING = 2 ** -9;

describe('between two products of a bf16-mixed step', () => {
  it.each([
    ['LayerNorm', () => new nn.LayerNorm(64)],
    ['GELU', () => new nn.GELU()],
  ] as const)('%s computes in float32, and its gradient does', async (_, make) => {
    const layer: nn.Layer = make();
    const work = (x: tf.Tensor2D, before: tf.Tensor2D, after: tf.Tensor2D) => {
      let [product, y] = [x, x];
      const dy = tf.tidy(() => tf.matMul(tf.onesLike(x), after, false, true));
      const { grads } = tf.engine().gradients(() => {
        product = tf.keep(tf.matMul(x, before));
        y = tf.keep(layer.forward(product) as tf.Tensor2D);
        return tf.sum<tf.Scalar>(tf.matMul(y, after));
      }, [x]);
      return { product, y, dy, dx: grads[0]! };
    };
    const exact = (product: tf.Tensor2D, dy: tf.Tensor2D): { y: tf.Tensor; dx: tf.Tensor } => {
      let y: tf.Tensor = product;
      const { grads } = tf.engine().gradients(() => {
        y = tf.keep(layer.forward(product));
        return tf.sum<tf.Scalar>(tf.mul(y, dy));
      }, [product]);
      return { y, dx: grads[0]! };
    };
    const inputs = [random([32, 64], 0), random([64, 64], 1, 0.1), random([64, 64], 2, 0.1)] as const;
    const step = compile(work, { precision: 'bf16-mixed' });
    const mixed = await step(...inputs);
    const wanted = exact(mixed.product, mixed.dy as tf.Tensor2D);
    expect(largestError(mixed.y.dataSync(), wanted.y.dataSync())).toBeLessThan(1e-5);
    // The first product's gradient is rounded again: to compare, the exact one goes through the same product.
    const back = await compile((d: tf.Tensor2D, w: tf.Tensor2D) => tf.matMul(d, w, false, true), {
      precision: 'bf16-mixed',
    })(wanted.dx as tf.Tensor2D, inputs[1]);
    const scale = Math.max(...back.dataSync().map(Math.abs));
    expect(largestError(mixed.dx.dataSync(), back.dataSync())).toBeLessThan(ROUNDING * scale);
    tf.dispose([...inputs, mixed, wanted, back]);
    step.dispose();
    layer.dispose();
  });

  it("attention's weights are a softmax in float32: those of a sample sum up to 1", async () => {
    const layer = new nn.Attention(64, { heads: 2, initialization: nn.normal(0.3) });
    const window = new Window();
    Object.assign(layer, { attnDrop: window });
    const step = compile(
      (x: tf.Tensor3D) => ({ y: layer.forward(x), weights: window.seen.at(-1)! }),
      { precision: 'bf16-mixed' }, // prettier-ignore
    );
    const x = tf.tidy(() => tf.reshape<tf.Rank.R3>(random([2 * 50, 64], 3), [2, 50, 64]));
    const { y, weights } = await step(x);
    expect(weights.shape).toEqual([4, 50, 50]);
    const rows = (tf.tidy(() => tf.reshape(weights, [200, 50]).arraySync()) as number[][]).map((row) =>
      row.reduce((sum, value) => sum + value, 0),
    );
    expect(largestError(rows, Array<number>(200).fill(1))).toBeLessThan(1e-6);
    tf.dispose([x, y, weights]);
    step.dispose();
    layer.dispose();
  });

  it('what blocks pass on is added up in float32', async () => {
    const block = new nn.TransformerBlock(64, { heads: 2 });
    // Branches of zero: what is passed on stays as it is, to the last bit.
    for (const { weight, bias } of [block.attn.proj, block.mlp.fc2]) {
      tf.tidy(() => weight.assign(tf.zerosLike(weight)));
      tf.tidy(() => bias?.assign(tf.zerosLike(bias)));
    }
    const step = compile((x: tf.Tensor3D) => ({ y: block.forward(x) }), { precision: 'bf16-mixed' });
    const x = tf.tidy(() => tf.reshape<tf.Rank.R3>(random([2 * 5, 64], 3), [2, 5, 64]));
    const { y } = await step(x);
    expect(y.dataSync()).toEqual(x.dataSync());
    tf.dispose([x, y]);
    step.dispose();
    block.dispose();
  });
});
