import { tf } from '../../src';
import { liveCounts, runFrozen, start } from '../../src/engine';
import { simplify } from '../../src/graph';
import * as nn from '../../src/nn';
import { featureModel } from '../../src/trainer';

beforeAll(async () => {
  await start();
});

/** Features that draw numbers, on wish: what draws cannot be frozen. */
class Backbone extends nn.Module {
  readonly linear = new nn.Linear(12, 3);
  constructor(private readonly draws: boolean) {
    super();
  }
  forward(images: tf.Tensor4D): tf.Tensor {
    const rows = this.linear.forward(tf.reshape(images, [images.shape[0], 12]));
    return this.draws ? tf.add(rows, tf.mul(tf.randomNormal(rows.shape), 0)) : rows;
  }
}

class Model extends nn.Module {
  readonly backbone: Backbone;
  constructor(draws = false) {
    super();
    this.backbone = new Backbone(draws);
  }
  forward(images: tf.Tensor4D): tf.Tensor {
    return this.backbone.forward(images);
  }
}

function imagesOf(count: number): tf.Tensor4D {
  const values = Float32Array.from({ length: count * 12 }, (_, index) => Math.sin(index));
  return tf.tensor4d(values, [count, 2, 2, 3]);
}

describe('featureModel', () => {
  it.each([
    ['frozen', false],
    ['evaluated as it is, where it cannot be frozen', true],
  ])('gives features of batches of any size: %s', async (_, draws) => {
    const model = new Model(draws);
    const features = await featureModel(model, { height: 2, width: 2 });
    expect(features.isFrozen).toBe(!draws);
    for (const count of [1, 3, 5]) {
      const images = imagesOf(count);
      const expected = tf.tidy(() => model.forward(images).dataSync());
      const found = await features.embed(images);
      expect([found.width, found.features.length]).toEqual([3, count * 3]);
      for (const [i, value] of expected.entries()) expect(found.features[i]).toBeCloseTo(value, 5);
      images.dispose();
    }
    features.dispose();
  });

  it.each([false, true])('serves calls that overlap, and leaves no tensor behind', async (draws) => {
    const features = await featureModel(new Model(draws), { height: 2, width: 2 });
    const all = [4, 1, 3].map(imagesOf);
    const alone: number[][] = [];
    for (const images of all) alone.push([...(await features.embed(images)).features]);
    const before = liveCounts();
    const together = await Promise.all(all.map((images) => features.embed(images)));
    expect(together.map((one) => [...one.features])).toEqual(alone);
    expect(liveCounts()).toEqual(before);
    features.dispose();
    tf.dispose(all);
  });
});

describe('runFrozen', () => {
  it('ends pending calls when it is disposed, and rejects later ones', async () => {
    const model = new Model();
    const frozen = await nn.freeze((images) => model.forward(images), {
      inputShape: [2, 2, 3],
      module: model,
    });
    const graph = await runFrozen(simplify(frozen), { name: 'features' });
    const images = imagesOf(3);
    const expected = tf.tidy(() => [...model.forward(images).dataSync()]);
    const calls = [graph.call([images]), graph.call([images])];
    graph.dispose();
    images.dispose();
    for (const call of calls) {
      const [rows] = await call;
      for (const [i, value] of expected.entries()) expect(rows?.dataSync()[i]).toBeCloseTo(value, 5);
      tf.dispose(rows ?? []);
    }
    const late = imagesOf(1);
    await expect(graph.call([late])).rejects.toThrow(
      'The features was called after it was disposed. Dispose it after its last call.',
    );
    late.dispose();
  });
});
