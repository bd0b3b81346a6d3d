import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';

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

const wrong = (value: unknown): never => value as never;
const count = 'Give a whole number of 1 or more.';
const weight = 'Give a number of 0 or more.';

describe('sizes and numbers of layers and heads', () => {
  it.each<[string, () => unknown]>([
    [
      `BYOLProjectionHead got inFeatures an object. ${count}`,
      () => new nn.BYOLProjectionHead(wrong({ in: 3 })),
    ],
    [`TiCoProjectionHead got hiddenFeatures 0. ${count}`, () => new nn.TiCoProjectionHead(3, 0)],
    [`BYOLPredictionHead got outFeatures 1.5. ${count}`, () => new nn.BYOLPredictionHead(3, 4, 1.5)],
    [`SimCLRProjectionHead got inFeatures NaN. ${count}`, () => new nn.SimCLRProjectionHead(NaN)],
    [`MoCoProjectionHead got outFeatures -1. ${count}`, () => new nn.MoCoProjectionHead(2, 2, -1)],
    [
      `SimSiamProjectionHead got inFeatures the text "3". ${count}`,
      () => new nn.SimSiamProjectionHead(wrong('3')),
    ],
    [`SimSiamPredictionHead got inFeatures 0. ${count}`, () => new nn.SimSiamPredictionHead(0)],
    [`NNCLRProjectionHead got inFeatures 0. ${count}`, () => new nn.NNCLRProjectionHead(0)],
    [`BarlowTwinsProjectionHead got inFeatures 0. ${count}`, () => new nn.BarlowTwinsProjectionHead(0)],
    [`VICRegProjectionHead got inFeatures 0. ${count}`, () => new nn.VICRegProjectionHead(0)],
    [
      'A VICRegProjectionHead got layers the text "3". Set layers to 2 or more.',
      () => new nn.VICRegProjectionHead(2, 2, 2, { layers: wrong('3') }),
    ],
    [`DINOProjectionHead got inFeatures 0. ${count}`, () => new nn.DINOProjectionHead(0, 2, 3, 4)],
    [
      'DINOProjectionHead got freezeLastLayer -1. Give a whole number of 0 or more.',
      () => new nn.DINOProjectionHead(1, 2, 3, 4, { freezeLastLayer: -1 }),
    ],
    [`SwaVPrototypes got prototypes 0. ${count}`, () => new nn.SwaVPrototypes(4, 0)],
    [`SwaVPrototypes got prototypes[1] 0. ${count}`, () => new nn.SwaVPrototypes(4, [3, 0])],
    [
      'SwaVPrototypes got prototypes as an empty list. Use a whole number of 1 or more, or a list of such numbers.',
      () => new nn.SwaVPrototypes(4, []),
    ],
    [
      'SwaVPrototypes got prototypes an object. Use a whole number of 1 or more, or a list of such numbers.',
      () => new nn.SwaVPrototypes(4, wrong({})),
    ],
    [`Linear got outFeatures 0. ${count}`, () => new nn.Linear(3, 0)],
    [`WeightNormLinear got inFeatures 0. ${count}`, () => new nn.WeightNormLinear(0, 3)],
    [`Conv2d got kernel 0. ${count}`, () => new nn.Conv2d(3, 4, 0)],
    [
      'Conv2d got padding -1. Give a whole number of 0 or more.',
      () => new nn.Conv2d(3, 4, 1, { padding: -1 }),
    ],
    [`MaxPool2d got stride 0. ${count}`, () => new nn.MaxPool2d(2, { stride: 0 })],
    [`AvgPool2d got kernel undefined. ${count}`, () => new nn.AvgPool2d(wrong(undefined))],
    [`BatchNorm1d got channels 0. ${count}`, () => new nn.BatchNorm1d(0)],
    [`BatchNorm2d got epsilon NaN. ${weight}`, () => new nn.BatchNorm2d(3, { epsilon: NaN })],
    ['BatchNorm1d got momentum 2. Give a number from 0 to 1.', () => new nn.BatchNorm1d(3, { momentum: 2 })],
    [`LayerNorm got epsilon -1. ${weight}`, () => new nn.LayerNorm(3, { epsilon: -1 })],
    [
      'Dropout got the probability 1. Give a number from 0 up to, and not including, 1.',
      () => new nn.Dropout(1),
    ],
    [`Attention got heads 0. ${count}`, () => new nn.Attention(4, { heads: 0 })],
    [`Mlp got hiddenFeatures 0. ${count}`, () => new nn.Mlp(4, 0)],
    [`PatchEmbed got patchSize 0. ${count}`, () => new nn.PatchEmbed(4, { patchSize: 0 })],
    [`VisionTransformer got depth 0. ${count}`, () => new nn.VisionTransformer({ depth: 0 })],
    [`MAEDecoder got width 0. ${count}`, () => new nn.MAEDecoder({ patches: 4, patchSize: 2, width: 0 })],
    [
      `FeatureQueue got size the text "8". ${count}`,
      () => new nn.FeatureQueue({ size: wrong('8'), features: 3 }),
    ],
  ])('%s', (message, make) => {
    expect(make).toThrow(new Error(message));
  });
});

it('FeatureQueue reports rows of another width, and of what is not a tensor', () => {
  const queue = new nn.FeatureQueue({ size: 4, features: 2 });
  const why = 'It takes [batch, 2].';
  tf.tidy(() => {
    expect(() => queue.nearest(tf.zeros([3, 4]))).toThrow(
      new Error(
        `FeatureQueue(4, 2) got rows of shape [3, 4]. ${why} Set features of the queue to the width of the rows.`,
      ),
    );
    expect(() => queue.push(wrong([1, 2]))).toThrow(
      new Error(
        `FeatureQueue(4, 2) got a list as keys. ${why} Set features of the queue to the width of the keys.`,
      ),
    );
  });
  queue.dispose();
});

describe('teacherOf', () => {
  class Encoder extends nn.Module {
    readonly layer = new nn.Linear(2, 2);
    forward(x: tf.Tensor2D): tf.Tensor2D {
      return this.layer.forward(x);
    }
  }

  it.each<[string, nn.TeacherOptions<Encoder>]>([
    [
      'build of teacherOf returned undefined instead of a module. A function with braces returns nothing without a return statement. ' +
        'Let it return a module like the student: { build: () => new TheModule(...) }.',
      { build: () => wrong(undefined) },
    ],
    [
      'build of teacherOf returned a function instead of a module. ' +
        'Let it return a module like the student: { build: () => new TheModule(...) }.',
      { build: () => wrong(Encoder) },
    ],
    [`teacherOf got buffers the text "ema". Use 'own', 'copy' or 'average'.`, { buffers: wrong('ema') }],
  ])('%s', (message, options) => {
    const student = new Encoder();
    expect(() => nn.teacherOf(student, options)).toThrow(new Error(message));
    student.dispose();
  });

  it('speaks of an Encoder', () => {
    const student = new Encoder();
    expect(() => nn.teacherOf(student, { build: () => student })).toThrow(
      'build of teacherOf returned an Encoder that has tensors of the student: layer.* (2).',
    );
    student.dispose();
  });
});

it('freeze and unfreeze reject an empty list', () => {
  const layer = new nn.Linear(2, 2);
  const message =
    'freeze() or unfreeze() of Linear was given an empty list of names. It matches no parameter. ' +
    'Add names to the list, or pass no list to match all parameters.';
  expect(() => layer.freeze([])).toThrow(new Error(message));
  expect(() => layer.unfreeze([])).toThrow(new Error(message));
  expect(layer.weight.trainable).toBe(true);
  layer.dispose();
});

it.each(['eager', 'compiled'])(
  'a prototype of zeros stays zeros when prototypes are normalised, %s',
  async (way) => {
    const prototypes = new nn.SwaVPrototypes(2, 2);
    const weight = prototypes.heads[0]?.weight as nn.Parameter<tf.Rank.R2>;
    // A column is a prototype.
    tf.tidy(() => weight.assign(tf.tensor2d([3, 0, 4, 0], [2, 2])));
    const normalize = (): void => prototypes.normalize();
    if (way === 'eager') normalize();
    else {
      const step = compile(() => {
        normalize();
        return {};
      });
      await step();
      step.dispose();
    }
    const found = [...(await weight.data())];
    [3 / 5, 0, 4 / 5, 0].forEach((value, index) => expect(found[index]).toBeCloseTo(value, 6));
    prototypes.dispose();
  },
);
