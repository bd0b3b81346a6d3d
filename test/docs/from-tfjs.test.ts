import { BatchNorm2d, Conv2d, Linear } from '../../src/nn';
import { compile, liveCounts, optim, start, tf } from '../../src';

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 0 });
});

let before: number;
beforeEach(() => (before = liveCounts().tensors));
afterEach(() => expect(liveCounts().tensors).toBe(before));

const ones = (): tf.Tensor2D => tf.ones<tf.Rank.R2>([2, 4]);

/** Runs a compiled function on a batch of ones. */
async function stepped(step: (x: tf.Tensor2D) => tf.Scalar): Promise<number> {
  const [compiled, x] = [compile(step), ones()];
  try {
    return await compiled(x);
  } finally {
    compiled.dispose();
    x.dispose();
  }
}

describe('what docs/from-tfjs.md says', () => {
  it('tf has the operations of tfjs-core, and nothing of layers, data and converter', () => {
    const names = ['sequential', 'model', 'layers', 'data', 'loadLayersModel', 'loadGraphModel', 'callbacks'];
    expect(names.filter((name) => name in tf)).toEqual([]);
    expect(['add', 'conv2d', 'tidy', 'grad', 'losses'].filter((name) => !(name in tf))).toEqual([]);
    expect(tf.getBackend()).toBe('tensorflow');
    expect(tf.version_core).toMatch(/^4\.22\./);
  });

  it('a step needs no tidy, allows tidy and dispose, and leaves no tensor', async () => {
    const layer = new Linear(4, 3);
    const optimizer = optim.sgd(layer.parameters(), { learningRate: 0.01 });
    const step = compile((x: tf.Tensor2D) =>
      optimizer.minimize(() => {
        const doubled = tf.tidy(() => tf.mul<tf.Tensor2D>(tf.add(x, 1), 2));
        const loss = tf.mean<tf.Scalar>(tf.square(layer.forward(doubled)));
        doubled.dispose();
        return loss;
      }),
    );
    const x = ones();
    const first = await step(x);
    const after = liveCounts().tensors;
    expect(await step(x)).toBeLessThan(first);
    expect(liveCounts().tensors).toBe(after);
    step.dispose();
    optimizer.dispose();
    layer.dispose();
    x.dispose();
  });

  it('a step can neither read a tensor nor make a variable nor draw in JavaScript', async () => {
    await expect(stepped((x) => tf.scalar(x.dataSync()[0] ?? 0))).rejects.toThrow(
      /value of a tensor was read/,
    );
    await expect(stepped(() => tf.sum(tf.variable(tf.ones([1]))))).rejects.toThrow(
      /A variable of shape \[1\]/,
    );
    await expect(stepped((x) => tf.sum(tf.mul(x, Math.random())))).rejects.toThrow(/Math\.random\(\)/);
  });

  it('layers have the defaults, and state dicts the order, of PyTorch', () => {
    const [linear, convolution, norm] = [new Linear(2, 16), new Conv2d(3, 8, 3), new BatchNorm2d(8)];
    expect(linear.stateDict().get('weight')?.shape).toEqual([16, 2]);
    expect(convolution.stateDict().get('weight')?.shape).toEqual([8, 3, 3, 3]);
    expect(norm).toMatchObject({ momentum: 0.1, epsilon: 1e-5 });
    for (const layer of [linear, convolution, norm]) layer.dispose();
  });
});
