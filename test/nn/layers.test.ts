import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics, StateDict } from '../../src/contracts';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';
import { BasicBlock, Bottleneck } from '../../src/nn/resnet/residual-block';
import reference from './data/layers.json';
import ofTransformers from './data/transformer-layers.json';

interface Case {
  readonly name: string;
  readonly kind: keyof typeof makers;
  readonly args: readonly unknown[];
  readonly state: Readonly<Record<string, { shape: number[]; values: number[] }>>;
  readonly x: { readonly shape: number[]; readonly values: number[] };
  readonly y: { readonly shape: number[]; readonly values: number[] };
  readonly dy: readonly number[];
  readonly dx: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  /** Buffers after one training batch. */
  readonly after?: Readonly<Record<string, readonly number[]>>;
  /** The output in evaluation mode, by these buffers. */
  readonly evaluated?: readonly number[];
}

type Make = new (...args: never[]) => nn.Layer;

const makers = {
  conv: nn.Conv2d,
  linear: nn.Linear,
  batchNorm1d: nn.BatchNorm1d,
  batchNorm2d: nn.BatchNorm2d,
  maxPool2d: nn.MaxPool2d,
  avgPool2d: nn.AvgPool2d,
  adaptiveAvgPool2d: nn.AdaptiveAvgPool2d,
  flatten: nn.Flatten,
  relu: nn.ReLU,
  basicBlock: BasicBlock,
  bottleneck: Bottleneck,
  projectionHead: nn.SimSiamProjectionHead,
  predictionHead: nn.SimSiamPredictionHead,
  layerNorm: nn.LayerNorm,
  gelu: nn.GELU,
  weightNormLinear: nn.WeightNormLinear,
  dinoHead: nn.DINOProjectionHead,
  attention: nn.Attention,
  mlp: nn.Mlp,
  block: nn.TransformerBlock,
};

const cases = [...reference.cases, ...ofTransformers.cases] as unknown as Case[];

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

function build({ kind, args, state }: Case): nn.Layer {
  const options = { initialization: nn.pytorchUniform };
  const settled = args.map((arg) =>
    kind === 'basicBlock' || kind === 'bottleneck' ? { ...options, ...(arg as object) } : arg,
  );
  const layer = new (makers[kind] as unknown as Make)(...(settled as never[]));
  layer.loadStateDict(
    new Map(
      Object.entries(state).map(([name, { shape, values }]) => [
        name,
        name.endsWith('num_batches_tracked')
          ? { dtype: 'I64', shape, data: BigInt64Array.from(values, BigInt) }
          : { dtype: 'F32', shape, data: Float32Array.from(values) },
      ]),
    ),
  );
  return layer;
}

/** Errors within 2e-6 of the largest number: float32 against a reference in float64. */
function expectClose(values: ArrayLike<number>, wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  const scale = Math.max(1, ...wanted.map(Math.abs));
  const errors = wanted.map((value, i) => Math.abs(values[i]! - value) / scale);
  expect(Math.max(0, ...errors)).toBeLessThanOrEqual(2e-6);
}

/** Gradients come in Fulgur's layout: they are compared as the state dict of a layer that has them for parameters. */
function inStateLayout(layer: nn.Module, gradients: readonly tf.Tensor[]): StateDict {
  layer
    .parameters()
    .entries()
    .forEach(([, parameter], i) => {
      parameter.assign(gradients[i]!);
    });
  return layer.stateDict();
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('%s', (_, eager) => {
  it.each(cases)('$name gives values, gradients and statistics as in PyTorch', async (wanted) => {
    const layer = build(wanted);
    const x = tf.tensor(wanted.x.values, wanted.x.shape);
    const dy = tf.tensor(Float32Array.from(wanted.dy), wanted.y.shape);
    const parameters = [...layer.parameters()];
    const train = compile(
      (input: tf.Tensor, seed: tf.Tensor) => {
        let y = input;
        const { grads } = tf.engine().gradients(() => {
          y = tf.keep(layer.forward(input));
          return tf.sum(tf.mul(y, seed));
        }, [input, ...parameters]);
        return { y, grads };
      },
      { name: 'train', eager },
    );
    const { y, grads } = await train(x, dy);

    expect(y.shape).toEqual(wanted.y.shape);
    expectClose(y.dataSync(), wanted.y.values);
    const [dx, ...gradients] = grads;
    expectClose(dx!.dataSync(), wanted.dx);

    if (wanted.after !== undefined) {
      const state = layer.stateDict();
      for (const [name, values] of Object.entries(wanted.after)) {
        expectClose(Array.from(state.get(name)!.data, Number), values);
      }
      layer.eval();
      const evaluate = compile((input: tf.Tensor) => layer.forward(input), { name: 'evaluate', eager });
      expectClose((await evaluate(x)).dataSync(), wanted.evaluated!);
      evaluate.dispose();
      expect(layer.stateDict()).toEqual(state);
    }
    const inLayout = inStateLayout(layer, gradients);
    for (const [name, values] of Object.entries(wanted.gradients)) {
      expectClose(Array.from(inLayout.get(name)!.data, Number), values);
    }
    train.dispose();
    layer.dispose();
  });
});

it.each(cases)('$name leaves no tensor behind but its output', (wanted) => {
  const layer = build(wanted);
  const x = tf.tensor(wanted.x.values, wanted.x.shape);
  const run = (): void => {
    const y = layer.forward(x);
    if (y !== x) y.dispose();
  };
  // The first use of tensors made from values gives them their native handles.
  run();
  const before = liveCounts();
  run();
  expect(liveCounts()).toEqual(before);
});

describe('inputs that do not fit', () => {
  it.each([
    ['Conv2d(3, 4, 3)', () => new nn.Conv2d(3, 4, 3), '[batch, height, width, 3]'],
    ['Linear(3, 4)', () => new nn.Linear(3, 4), '[..., 3]'],
    ['WeightNormLinear(3, 4)', () => new nn.WeightNormLinear(3, 4), '[..., 3]'],
    ['LayerNorm(3)', () => new nn.LayerNorm(3), '[..., 3]'],
    ['BatchNorm1d(3)', () => new nn.BatchNorm1d(3), '[batch, 3]'],
    ['BatchNorm2d(3)', () => new nn.BatchNorm2d(3), '[batch, height, width, 3]'],
  ])('of %s are named with what it takes', (name, make, takes) => {
    const layer = make() as nn.Module as nn.Layer;
    const shapes = [[2, 5], [2, 8, 8, 1], takes.startsWith('[...') ? [3, 2] : [2, 3, 3]];
    for (const shape of shapes) {
      expect(() => layer.forward(tf.zeros(shape))).toThrow(
        `${name} got an input of shape [${shape.join(', ')}]. It takes ${takes}. ` +
          'Match the layer to the output of the one before it.',
      );
    }
  });

  it('of batch norm in training must be more than one value', () => {
    const layer = new nn.BatchNorm1d(3);
    expect(() => layer.forward(tf.zeros([1, 3]))).toThrow(
      'Batch norm got a single value per channel in training: input [1, 1, 1, 3]. The variance of a single value is not defined. ' +
        'Train with a batch size of 2 or more, set data.dropLast to true if only the last batch of an epoch is so small, or call eval() first.',
    );
    expect(layer.eval().forward(tf.ones([1, 3])).shape).toEqual([1, 3]);
  });
});

describe('a provider of batch statistics', () => {
  const layer = (): nn.BatchNorm1d => new nn.BatchNorm1d(2, { momentum: 0.5 });
  const x = (): tf.Tensor2D => tf.tensor2d([1, 2, 3, 4], [2, 2]);

  it('replaces the local ones, for as long as it was asked to', () => {
    const seen: number[][] = [];
    const provider: BatchStatistics = {
      overRanks: false,
      normalize: (input) => {
        seen.push(input.x.shape);
        return {
          y: tf.mul(input.x, 10),
          mean: tf.tensor1d([4, 6]),
          unbiasedVariance: tf.tensor1d([3, 5]),
        };
      },
    };
    const norm = layer();
    const y = nn.withBatchStatistics(provider, () => norm.forward(x()));
    expect([...y.dataSync()]).toEqual([10, 20, 30, 40]);
    expect(seen).toEqual([[2, 1, 1, 2]]);
    expect([...norm.runningMean!.dataSync()]).toEqual([2, 3]);
    expect([...norm.runningVar!.dataSync()]).toEqual([2, 3]);
    expect(nn.batchStatistics()).toBe(nn.localBatchStatistics);
  });

  it('is also reset if the run fails', () => {
    const fails = (): never => {
      throw new Error('no');
    };
    expect(() =>
      nn.withBatchStatistics({ overRanks: false, normalize: fails }, () => layer().forward(x())),
    ).toThrow('no');
    expect(nn.batchStatistics()).toBe(nn.localBatchStatistics);
  });
});

it('stopGradient keeps the values and lets nothing through', () => {
  const x = tf.tensor1d([1, -2]);
  const { value, grads } = tf.engine().gradients(() => tf.sum(tf.mul(nn.stopGradient(x), tf.mul(x, 3))), [x]);
  expect(value.dataSync()[0]).toBe(15);
  // Only the second factor's: 3 times the stopped values.
  expect([...grads[0]!.dataSync()]).toEqual([3, -6]);
});

it('meanOf gives the elementwise mean', () => {
  const mean = nn.meanOf([tf.tensor1d([1, 2]), tf.tensor1d([3, 6])]);
  expect([...mean.dataSync()]).toEqual([2, 4]);
});

it("DINO's head trains directions alone, from lengths of 1, unless told otherwise", () => {
  const head = new nn.DINOProjectionHead(4, 5, 3, 6);
  const free = new nn.DINOProjectionHead(4, 5, 3, 6, { normLastLayer: false });
  expect([...head.lastLayer.weightG.dataSync()]).toEqual([1, 1, 1, 1, 1, 1]);
  const trained = (module: nn.Module): string[] =>
    [...module.namedParameters()].flatMap(([name, { trainable }]) => (trainable ? [name] : []));
  const layers = [0, 2, 4].flatMap((index) => [`layers.${index}.weight`, `layers.${index}.bias`]);
  expect(trained(head)).toEqual([...layers, 'last_layer.weight_v']);
  expect(trained(free)).toEqual([...layers, 'last_layer.weight_g', 'last_layer.weight_v']);
  head.dispose();
  free.dispose();
});

it('normalizeRows divides rows by their lengths, and has a finite gradient for a row of zeros', () => {
  const rows = tf.tensor2d([3, 4, 0, 0], [2, 2]);
  const { value, grads } = tf.engine().gradients(() => {
    const units = nn.normalizeRows(rows, 0.5);
    return tf.sum<tf.Scalar>(tf.mul(units, tf.tensor2d([1, 2, 3, 4], [2, 2])));
  }, [rows]);
  expect(value.dataSync()[0]).toBeCloseTo(0.6 + 1.6, 6);
  // ([1, 2] − 2.2 · [0.6, 0.8]) / 5, and [3, 4] / 0.5 as the second row counts as 0.5 long.
  expect([...grads[0]!.dataSync()].map((number) => Math.round(number * 1e6) / 1e6)).toEqual([
    -0.064, 0.048, 6, 8,
  ]);
});
