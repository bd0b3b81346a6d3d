import * as tf from '@tensorflow/tfjs-core';
import { fill } from '../../bench/parity/generate';
import type { StateDict } from '../../src/contracts';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';
import reference from './data/vision-transformers.json';

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

const sizes = { tiny: nn.vitTiny, small: nn.vitSmall, base: nn.vitBase };

/** Weights as the reference has them. */
function filledState(model: nn.Module): StateDict {
  return new Map(
    [...model.stateDict()].map(([name, { shape }]) => {
      const length = tf.util.sizeFromShape([...shape]);
      const [, inputs = 1, height = 1, width = 1] = shape;
      const bounds = [1, 0.125, Math.sqrt(1 / inputs), 0.5, Math.sqrt(6 / (inputs * height * width))];
      const isPlain = shape.length === 1 && (name.endsWith('weight') || name.includes('norm'));
      const data = isPlain
        ? new Float32Array(length).fill(name.endsWith('weight') ? 1 : 0)
        : fill(name, length, 1, bounds[shape.length]!);
      return [name, { dtype: 'F32', shape, data }];
    }),
  );
}

/** Images `[batch, height, width, 3]` of numbers that the reference drew as `[batch, 3, height, width]`. */
function images(batch: number, height: number, width: number): tf.Tensor4D {
  const drawn = tf.tensor4d(fill('images', batch * 3 * height * width, 1, 1), [batch, 3, height, width]);
  return tf.tidy(() => tf.transpose(drawn, [0, 2, 3, 1]));
}

function sumAndNorm(values: Iterable<number>): [number, number] {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return [sum, Math.sqrt(squares)];
}

function expectNear(values: readonly number[], wanted: readonly number[], within: number): void {
  expect(values).toHaveLength(wanted.length);
  const errors = wanted.map((value, index) => Math.abs(values[index]! - value));
  expect(Math.max(...errors)).toBeLessThanOrEqual(within);
}

/** Names and shapes as the reference writes them. */
function describeState(module: nn.Module): string[] {
  return [...module.stateDict()].map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
}

it.each(['tiny', 'small', 'base'] as const)("ViT-%s has timm's names, shapes and order", (size) => {
  const model = sizes[size]();
  expect(describeState(model)).toEqual(reference.names[size]);
  model.dispose();
});

it("without a head it has timm's names but the head's", () => {
  const model = nn.vitTiny({ head: 'none' });
  expect(describeState(model)).toEqual(reference.names.tiny.filter((line) => !line.startsWith('head.')));
  expect(model.features).toBe(192);
  model.dispose();
});

describe.each([
  ['compiled', false],
  ['eager', true],
])('%s', (_, eager) => {
  it.each(reference.runs)("features and gradients are timm's at $height×$width", async (wanted) => {
    const model = nn.vitTiny({ head: 'none' });
    model.loadStateDict(filledState(model));
    const x = images(2, wanted.height, wanted.width);
    const weights = tf.tensor2d(fill('gradient', 2 * 192, 1, 1), [2, 192]);
    const parameters = model.namedParameters();
    const train = compile(
      (input: tf.Tensor4D, seed: tf.Tensor2D) => {
        let features = seed;
        const { grads } = tf.engine().gradients(() => {
          features = tf.keep(model.forward(input));
          return tf.sum(tf.mul(features, seed));
        }, [...parameters.values()]);
        return { features, grads };
      },
      { name: 'train', eager },
    );
    const { features, grads } = await train(x, weights);

    const values = features.dataSync();
    expectNear([...values.slice(192, 200)], wanted.first, 2e-5);
    expectNear(sumAndNorm(values), wanted.features, 2e-4);
    const summaries = new Map(Object.entries<number[]>(wanted.gradients));
    [...parameters.keys()].forEach((name, index) => {
      const [sum = NaN, norm = NaN] = summaries.get(name) ?? [];
      const found = sumAndNorm(grads[index]!.dataSync());
      // The sum of the positions' and of many layers' gradients is near zero: their norms are the scale.
      expectNear(found, [sum, norm], 1e-4 * norm);
    });
    expect(summaries.size).toBe(parameters.size);
    tf.dispose([x, weights, features, grads]);
    train.dispose();
    model.dispose();
  });
});

it.each(reference.resampled)(
  "positions of a grid of $from×$from become those of $to as timm's",
  ({ from, to, values }) => {
    const embedding = tf.tensor3d(fill('positions', 2 * (1 + from * from), 1, 1), [1, 1 + from * from, 2]);
    const before = liveCounts().tensors;
    const moved = nn.resampledPositions(embedding, [from, from], to as [number, number], 1);
    expectNear([...moved.dataSync()], values, 1e-6);
    moved.dispose();
    expect(liveCounts().tensors).toBe(before);
    embedding.dispose();
  },
);

it('one step takes images of two sizes, and trains all positions by both', async () => {
  const model = nn.vitTiny({ imageSize: 64, head: 'none' });
  const step = compile((large: tf.Tensor4D, small: tf.Tensor4D) => {
    const views = [large, small];
    const gradientOf = (seen: readonly tf.Tensor4D[]): tf.Tensor =>
      tf
        .engine()
        .gradients(
          () => tf.addN<tf.Scalar>(seen.map((view) => tf.sum<tf.Scalar>(tf.square(model.forward(view))))),
          [model.posEmbed],
        ).grads[0]!;
    return { both: gradientOf(views), apart: views.map((view) => gradientOf([view])) };
  });
  const [large, small] = [images(2, 64, 64), images(2, 32, 32)];
  const { both, apart } = await step(large, small);
  const sum = apart
    .map((gradient) => gradient.dataSync())
    .reduce((a, b) => a.map((value, i) => value + b[i]!));
  expectNear([...both.dataSync()], [...sum], 1e-5);
  for (const gradient of apart) expect([...gradient.dataSync()].filter((value) => value === 0)).toEqual([]);
  tf.dispose([large, small, both, apart]);
  step.dispose();
  model.dispose();
});

it('images that patches do not fill are rejected, also by the constructor', () => {
  const model = nn.vitTiny({ imageSize: 32, head: 'none' });
  expect(() => model.forward(tf.zeros([1, 32, 40, 3]))).toThrow(
    'Images of shape [1, 32, 40, 3] cannot be cut into patches of 16×16 pixels. Height and width of [batch, height, width, ' +
      'channels] must be multiples of the patch size. Use images of another size, or another patch size.',
  );
  expect(() => nn.vitTiny({ imageSize: 30 })).toThrow('Images of shape [1, 30, 30, 3] cannot be cut');
  expect(() => new nn.Attention(10, { heads: 3 })).toThrow(
    'Attention got 10 features for 3 heads. Each head takes an equal share of the features. Choose a number of heads that divides the features.',
  );
  model.dispose();
});

it("initial values are timm's: deviation 0.02, offsets of 0, a class token near 0", () => {
  const model = nn.vitTiny({ imageSize: 32 });
  const state = model.stateDict();
  const deviation = (name: string): number => {
    const { data } = state.get(name)!;
    return sumAndNorm(data as Float32Array)[1] / Math.sqrt(data.length);
  };
  for (const name of ['blocks.3.attn.qkv.weight', 'blocks.11.mlp.fc2.weight', 'head.weight', 'pos_embed']) {
    expect(deviation(name)).toBeGreaterThan(0.019);
    expect(deviation(name)).toBeLessThan(0.021);
  }
  expect(deviation('cls_token')).toBeLessThan(2e-6);
  expect(deviation('cls_token')).toBeGreaterThan(5e-7);
  for (const name of ['blocks.0.attn.qkv.bias', 'blocks.0.mlp.fc1.bias', 'head.bias', 'norm.bias']) {
    expect(deviation(name)).toBe(0);
  }
  // PyTorch's default for convolutions: uniform over ±1/√(16·16·3).
  expect(deviation('patch_embed.proj.weight')).toBeCloseTo(1 / Math.sqrt(768) / Math.sqrt(3), 3);
  model.dispose();
});

it('DropPath drops whole samples in training and scales the others, and nothing in evaluation', () => {
  const layer = new nn.DropPath(0.75);
  const x = tf.ones([64, 2, 3]);
  const samples = tf.tidy(() => layer.forward(x).arraySync()) as number[][][];
  const kinds = samples.map((sample) => [...new Set(sample.flat())]);
  expect(kinds.every((values) => values.length === 1)).toBe(true);
  expect(new Set(kinds.flat())).toEqual(new Set([0, 4]));
  expect(layer.eval().forward(x)).toBe(x);
  expect(() => new nn.DropPath(1)).toThrow(
    'DropPath got the probability 1. Give a number from 0 up to, and not including, 1.',
  );
  x.dispose();
});

it('dropout and skipped branches change training and not evaluation', () => {
  const plain = nn.vitTiny({ imageSize: 32, head: 'none' });
  const state = filledState(plain);
  plain.loadStateDict(state);
  const x = images(4, 32, 32);
  const wanted = tf.tidy(() => [...plain.forward(x).dataSync()]);
  const options = ['positionDropout', 'projectionDropout', 'attentionDropout', 'dropPath'] as const;
  for (const option of options) {
    const model = nn.vitTiny({ imageSize: 32, head: 'none', [option]: 0.5 });
    model.loadStateDict(state);
    expect(tf.tidy(() => [...model.forward(x).dataSync()])).not.toEqual(wanted);
    model.eval();
    expect(tf.tidy(() => [...model.forward(x).dataSync()])).toEqual(wanted);
    model.dispose();
  }
  x.dispose();
  plain.dispose();
});

it('a teacher of it, with a head of weight norm, gives the same, follows, and takes no gradient', async () => {
  const student = new nn.Sequential(
    nn.vitTiny({ imageSize: 32, head: 'none' }) as nn.Module as nn.Layer,
    new nn.DINOProjectionHead(192, 16, 8, 12) as nn.Module as nn.Layer,
  );
  const teacher = nn.teacherOf(student);
  expect(describeState(teacher)).toEqual(describeState(student));
  const parameters = [...student.namedParameters()].flatMap(([, each]) => (each.trainable ? [each] : []));
  const step = compile((large: tf.Tensor4D, small: tf.Tensor4D) => {
    teacher.follow(0.5);
    const wanted = teacher.forward(large);
    const { grads } = tf
      .engine()
      .gradients(() => tf.sum<tf.Scalar>(tf.squaredDifference(student.forward(small), wanted)), parameters);
    return {
      same: tf.sub(student.forward(large), wanted),
      finite: tf.addN(grads.map((each) => tf.sum(each))),
    };
  });
  const [large, small] = [images(2, 32, 32), images(2, 16, 16)];
  const before = await step(large, small);
  expect(new Set(before.same.dataSync())).toEqual(new Set([0]));
  expect(before.finite).not.toBeNaN();
  const [first] = parameters;
  tf.tidy(() => first!.assign(tf.add(first!, 1)));
  const after = await step(large, small);
  expect(Math.max(...after.same.dataSync().map(Math.abs))).toBeGreaterThan(0);
  const [own, theirs] = [student, teacher].map((each) =>
    each.namedVariables().get('0.cls_token')!.dataSync(),
  );
  expect(own![0]! - theirs![0]!).toBeCloseTo(0.5, 5);
  tf.dispose([large, small, before.same, after.same]);
  step.dispose();
  student.dispose();
  teacher.dispose();
});
