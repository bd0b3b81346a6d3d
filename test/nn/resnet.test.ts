import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';
import { FastSiam } from '../../bench/parity/fast-siam';
import reference from './data/state-dicts.json';

beforeEach(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

/** Names and shapes as the reference writes them. */
function describeState(module: nn.Module): string[] {
  return [...module.stateDict()].map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
}

it.each(['resnet18', 'resnet34', 'resnet50'] as const)("%s has torchvision's names and shapes", (kind) => {
  const network = nn[kind]();
  expect(describeState(network)).toEqual(reference[kind]);
  network.dispose();
});

it("a backbone's numbers stand for torchvision's parts, in their order", () => {
  const network = nn.resnet18();
  const parts = ['conv1', 'bn1', 'relu', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4', 'avgpool'];
  const backbone = nn.resnet18({ head: 'none' });
  const renamed = describeState(backbone).map((line) =>
    line.replace(/^\d+/, (number) => parts[Number(number)] ?? 'nothing'),
  );
  expect(renamed).toEqual(describeState(network).filter((line) => !line.startsWith('fc.')));
  network.dispose();
  backbone.dispose();
});

it("a FastSiam model has lightly's 144 names and shapes", () => {
  const model = new FastSiam();
  expect(reference.fastSiam).toHaveLength(144);
  // Fields set in a constructor come last, whatever their place.
  expect(describeState(model).sort()).toEqual([...reference.fastSiam].sort());
  model.dispose();
});

it('the CIFAR stem keeps the size of the image, and other widths scale every stage', () => {
  const network = nn.resnet18({ stem: 'cifar', width: 4, classes: 7 });
  const shapes = new Map([...network.stateDict()].map(([name, { shape }]) => [name, shape]));
  expect(shapes.get('conv1.weight')).toEqual([4, 3, 3, 3]);
  expect(shapes.get('layer4.1.conv2.weight')).toEqual([32, 32, 3, 3]);
  expect(shapes.get('fc.weight')).toEqual([7, 32]);
  expect(network.conv1.forward(tf.zeros([1, 8, 8, 3])).shape).toEqual([1, 8, 8, 4]);
  expect(network.forward(tf.ones([2, 8, 8, 3])).shape).toEqual([2, 7]);
});

it('a backbone is the classifier without its last layer, of the same initial values', async () => {
  const classifier = nn.resnet50({ width: 2, classes: 3 });
  await start({ seed: 1 });
  const backbone = nn.resnet50({ width: 2, head: 'none' });
  expect(backbone.features).toBe(64);
  const initial = [...backbone.stateDict().values()];
  const ofClassifier = [...classifier.stateDict()].filter(([name]) => !name.startsWith('fc.'));
  expect(initial).toEqual(ofClassifier.map(([, tensor]) => tensor));

  classifier.eval();
  backbone.eval();
  const x = tf.randomNormal<tf.Rank.R4>([2, 32, 32, 3], 0, 1, 'float32', 5);
  const run = compile(
    (images: tf.Tensor4D) => ({
      logits: classifier.forward(images),
      features: backbone.forward(images),
    }),
    { name: 'forward' },
  );
  const { logits, features } = await run(x);
  expect([...classifier.fc.forward(features).dataSync()]).toEqual([...logits.dataSync()]);
  expect(features.shape).toEqual([2, 64]);
});

it('a forward pass leaves nothing behind but its output', () => {
  const backbone = nn.resnet18({ stem: 'imagenet', width: 2, head: 'none' });
  const x = tf.ones<tf.Rank.R4>([2, 32, 32, 3]);
  backbone.forward(x).dispose();
  const before = liveCounts();
  backbone.forward(x).dispose();
  expect(liveCounts()).toEqual(before);
});

describe('initial values', () => {
  const spread = (values: ArrayLike<number>): { mean: number; deviation: number; largest: number } => {
    const list = Array.from(values);
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    const squares = list.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      mean,
      deviation: Math.sqrt(squares / list.length),
      largest: Math.max(...list.map(Math.abs)),
    };
  };

  it("of a network are torchvision's or PyTorch's, as asked", () => {
    const ofConvolution = (initialization: 'torchvision' | 'pytorch') =>
      spread(
        nn.resnet18({ width: 32, head: 'none', initialization }).stateDict().get('4.0.conv1.weight')!
          .data as Float32Array,
      );
    const normal = ofConvolution('torchvision');
    const deviation = Math.sqrt(2 / (32 * 9));
    expect(Math.abs(normal.mean)).toBeLessThan(0.05 * deviation);
    expect(normal.deviation / deviation).toBeCloseTo(1, 1);
    expect(normal.largest).toBeGreaterThan(3 * deviation);

    const uniform = ofConvolution('pytorch');
    const bound = 1 / Math.sqrt(32 * 9);
    expect(uniform.largest).toBeLessThanOrEqual(bound);
    expect(uniform.largest).toBeGreaterThan(0.99 * bound);
    expect(uniform.deviation / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
  });

  it('follow the seed alone', async () => {
    const draw = async (seed: number): Promise<tf.TypedArray> => {
      await start({ seed });
      return new nn.Linear(4, 4).weight.dataSync();
    };
    const first = await draw(3);
    expect(await draw(3)).toEqual(first);
    expect(await draw(4)).not.toEqual(first);
  });
});
