import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

const norm = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];
const plain = ['weight', 'bias'];

/** The names of lightly 1.5.26's state dicts. */
const heads: [string, () => nn.Module, Record<string, string[]>, number[]][] = [
  [
    'SimCLRProjectionHead',
    () => new nn.SimCLRProjectionHead(6, 5, 4),
    { 0: ['weight'], 1: norm, 3: ['weight'], 4: norm },
    [6, 4],
  ],
  [
    'SimCLRProjectionHead of three layers without batch norm',
    () => new nn.SimCLRProjectionHead(6, 5, 4, { layers: 3, batchNorm: false }),
    { 0: plain, 2: plain, 4: plain },
    [6, 4],
  ],
  ['MoCoProjectionHead', () => new nn.MoCoProjectionHead(6, 5, 4), { 0: plain, 2: plain }, [6, 4]],
  [
    "MoCoProjectionHead of MoCo's third version",
    () => new nn.MoCoProjectionHead(6, 5, 4, { layers: 3, batchNorm: true }),
    { 0: ['weight'], 1: norm, 3: ['weight'], 4: norm, 6: ['weight'], 7: norm },
    [6, 4],
  ],
  ['BYOLProjectionHead', () => new nn.BYOLProjectionHead(6, 5, 4), two(), [6, 4]],
  ['BYOLPredictionHead', () => new nn.BYOLPredictionHead(4, 5, 4), two(), [4, 4]],
  ['TiCoProjectionHead', () => new nn.TiCoProjectionHead(6, 5, 4), two(), [6, 4]],
  [
    'BarlowTwinsProjectionHead',
    () => new nn.BarlowTwinsProjectionHead(6, 5, 4),
    { 0: ['weight'], 1: norm, 3: ['weight'], 4: norm, 6: plain },
    [6, 4],
  ],
  [
    'VICRegProjectionHead',
    () => new nn.VICRegProjectionHead(6, 5, 4),
    { 0: ['weight'], 1: norm, 3: ['weight'], 4: norm, 6: plain },
    [6, 4],
  ],
  [
    'VICRegProjectionHead of two layers',
    () => new nn.VICRegProjectionHead(6, 5, 4, { layers: 2 }),
    two(),
    [6, 4],
  ],
  [
    'NNCLRProjectionHead',
    () => new nn.NNCLRProjectionHead(6, 5, 4),
    { 0: ['weight'], 1: norm, 3: ['weight'], 4: norm, 6: ['weight'], 7: norm },
    [6, 4],
  ],
  ['NNCLRPredictionHead', () => new nn.NNCLRPredictionHead(4, 5, 4), two(), [4, 4]],
  ['SwaVProjectionHead', () => new nn.SwaVProjectionHead(6, 5, 4), two(), [6, 4]],
];

function two(): Record<string, string[]> {
  return { 0: ['weight'], 1: norm, 3: plain };
}

describe.each(heads)('%s', (_, make, layers, [inFeatures = 0, outFeatures = 0]) => {
  it("has lightly's names, and gives its width", async () => {
    const before = liveCounts();
    const head = make() as nn.ProjectionHead;
    expect([...head.stateDict().keys()]).toEqual(
      Object.entries(layers).flatMap(([layer, names]) => names.map((name) => `layers.${layer}.${name}`)),
    );
    const forward = compile((x: tf.Tensor2D) => head.forward(x), { name: 'forward' });
    const x = tf.ones<tf.Rank.R2>([3, inFeatures]);
    const y = await forward(x);
    expect(y.shape).toEqual([3, outFeatures]);
    forward.dispose();
    head.dispose();
    tf.dispose([x, y]);
    expect(liveCounts()).toEqual(before);
  });
});

describe('defaults', () => {
  it.each([
    [() => new nn.SimCLRProjectionHead(), [2048, 2048], [128, 2048]],
    [() => new nn.MoCoProjectionHead(), [2048, 2048], [128, 2048]],
    [() => new nn.BYOLProjectionHead(), [4096, 2048], [256, 4096]],
    [() => new nn.BYOLPredictionHead(), [4096, 256], [256, 4096]],
    [() => new nn.TiCoProjectionHead(), [4096, 2048], [256, 4096]],
    [() => new nn.NNCLRProjectionHead(), [2048, 2048], [256, 2048]],
    [() => new nn.NNCLRPredictionHead(), [4096, 256], [256, 4096]],
    [() => new nn.SwaVProjectionHead(), [2048, 2048], [128, 2048]],
    [() => new nn.BarlowTwinsProjectionHead(undefined, 4), [4, 2048], [8192, 4]],
    [() => new nn.VICRegProjectionHead(undefined, 4), [4, 2048], [8192, 4]],
    [() => new nn.VICRegProjectionHead(4, undefined, 4, { layers: 2 }), [8192, 4], [4, 8192]],
  ])("%p are lightly's", (make, first, last) => {
    const head = make();
    const weights = [...head.stateDict()].filter(
      ([name, { shape }]) => name.endsWith('weight') && shape.length === 2,
    );
    expect([weights[0]?.[1].shape, weights.at(-1)?.[1].shape]).toEqual([first, last]);
    head.dispose();
  });
});

describe('depth', () => {
  it.each([
    ['SimCLRProjectionHead', () => new nn.SimCLRProjectionHead(2, 2, 2, { layers: 1 }), '1 linear layer'],
    ['MoCoProjectionHead', () => new nn.MoCoProjectionHead(2, 2, 2, { layers: 0 }), '0 linear layers'],
    [
      'VICRegProjectionHead',
      () => new nn.VICRegProjectionHead(2, 2, 2, { layers: 2.5 }),
      '2.5 linear layers',
    ],
  ])('%s rejects fewer than two whole layers', (name, make, layers) => {
    expect(make).toThrow(
      `A ${name} needs at least two linear layers, not ${layers}. Set layers to 2 or more.`,
    );
  });
});

describe('SwaVPrototypes', () => {
  it('gives logits of one set, or of each of several', () => {
    const one = new nn.SwaVPrototypes(4, 6);
    const several = new nn.SwaVPrototypes(4, [6, 3]);
    expect([...one.stateDict().keys()]).toEqual(['heads.0.weight', 'heads.0.bias']);
    expect([...several.stateDict().keys()]).toEqual([
      'heads.0.weight',
      'heads.0.bias',
      'heads.1.weight',
      'heads.1.bias',
    ]);
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R2>([2, 4]);
      expect(one.forward(x).shape).toEqual([2, 6]);
      expect(several.forward(x).map(({ shape }) => shape)).toEqual([
        [2, 6],
        [2, 3],
      ]);
    });
    one.dispose();
    several.dispose();
  });

  it.each([false, true])('brings prototypes to unit length inside a step (eager: %p)', async (eager) => {
    const before = liveCounts();
    const prototypes = new nn.SwaVPrototypes(4, 6);
    const step = compile(
      (x: tf.Tensor2D) => {
        prototypes.normalize();
        return tf.mean<tf.Scalar>(prototypes.forward(x));
      },
      { name: 'normalise', eager },
    );
    const x = tf.ones<tf.Rank.R2>([2, 4]);
    const mean = await step(x);
    const { data } = prototypes.stateDict().get('heads.0.weight')!;
    const rows = Array.from({ length: 6 }, (_, row) => [
      ...(data as Float32Array).slice(4 * row, 4 * row + 4),
    ]);
    for (const row of rows) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
    const bias = prototypes.stateDict().get('heads.0.bias')!.data as Float32Array;
    const sums = rows.map((row, i) => row.reduce((sum, value) => sum + value, 0) + bias[i]!);
    expect(mean).toBeCloseTo(sums.reduce((sum, value) => sum + value, 0) / 6, 5);
    step.dispose();
    x.dispose();
    prototypes.dispose();
    expect(liveCounts()).toEqual(before);
  });

  it('leaves prototypes as they are in evaluations', () => {
    const prototypes = new nn.SwaVPrototypes(4, 6);
    const before = prototypes.stateDict().get('heads.0.weight')!.data;
    nn.whileEvaluating(() => prototypes.normalize());
    expect(prototypes.stateDict().get('heads.0.weight')!.data).toEqual(before);
    prototypes.dispose();
  });
});
