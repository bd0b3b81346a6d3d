import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageBatch } from '../../src/contracts';
import { liveCounts, runFrozen, start } from '../../src/engine';
import { simplify } from '../../src/graph';
import * as nn from '../../src/nn';
import { modelAccess } from '../../src/trainer';
import { WeightSwitch } from '../../src/trainer/evaluation/evaluated-model';

beforeAll(async () => {
  await start();
});

class Backbone extends nn.Module {
  readonly norm = new nn.BatchNorm2d(3);
  forward(images: tf.Tensor4D): tf.Tensor {
    return tf.mean(this.norm.forward(images), [1, 2]);
  }
}

class Model extends nn.Module {
  readonly backbone = new Backbone();
  readonly head = new nn.Linear(3, 2);
  forward(images: tf.Tensor4D): tf.Tensor {
    return this.head.forward(this.backbone.forward(images) as tf.Tensor2D);
  }
}

function batch(samples: number): ImageBatch {
  const values = Float32Array.from({ length: samples * 12 }, (_, index) => Math.sin(index));
  return {
    images: tf.tensor4d(values, [samples, 2, 2, 3]),
    labels: tf.zeros([samples], 'int32'),
    indices: tf.zeros([samples], 'int32'),
  };
}

describe('modelAccess', () => {
  it("gives the backbone's features in evaluation mode, row by row", async () => {
    const model = new Model();
    const { features, width } = await modelAccess(model).embed(batch(5));
    const expected = tf.tidy(() => model.eval().backbone.forward(batch(5).images).dataSync());
    expect(width).toBe(3);
    expect([...features]).toEqual([...expected]);
  });

  it("freezes what it embeds, with the weights that evaluations see, and gives the model's own back", async () => {
    const model = new Model();
    const own = model.backbone.norm.bias!.dataSync().slice();
    const average = (value: number): void => {
      tf.tidy(() => model.backbone.norm.bias!.assign(tf.fill([3], value)));
    };
    const weights = new WeightSwitch({
      exist: true,
      standIn: false,
      swapIn: () => average(7),
      swapOut: () => average(0),
    });
    const access = modelAccess(model, weights);
    const graph = simplify(await access.freeze([2, 2, 3]));
    const frozen = await runFrozen(graph);
    const { images } = batch(5);
    const [result] = await frozen.call([images]);
    const { features } = await access.embed(batch(5));
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([['features', [null, 3]]]);
    for (const [index, value] of result!.dataSync().entries()) expect(value).toBeCloseTo(features[index]!, 5);
    expect(features[0]).toBeGreaterThan(5);
    expect(model.backbone.norm.bias!.dataSync()).toEqual(own);
    frozen.dispose();
    tf.dispose([images, result!]);
  });

  it("leaves running statistics and every module's mode as they were", async () => {
    const model = new Model();
    model.backbone.norm.eval();
    const before = model.stateDict();
    await modelAccess(model).embed(batch(4));
    expect(model.stateDict()).toEqual(before);
    expect([model, model.backbone, model.backbone.norm, model.head].map(({ training }) => training)).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  it('puts back the mode of a module that two owners share', async () => {
    class Shared extends nn.Module {
      readonly backbone = new Backbone();
      readonly second: nn.Module;
      constructor() {
        super();
        const { norm } = this.backbone;
        this.second = new (class extends nn.Module {
          readonly norm = norm;
          forward(): void {
            return undefined;
          }
        })();
      }
      forward(): void {
        return undefined;
      }
    }
    const model = new Shared();
    model.second.eval();
    model.backbone.train();
    await modelAccess(model).embed(batch(2));
    expect([model.backbone, model.backbone.norm, model.second].map(({ training }) => training)).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('sees weights that changed since it was compiled', async () => {
    const model = new Model();
    const access = modelAccess(model);
    const before = await access.embed(batch(2));
    tf.tidy(() => {
      model.backbone.norm.runningMean!.assign(tf.tensor1d([1, 2, 3]));
    });
    const after = await access.embed(batch(2));
    expect(after.features[0]).toBeCloseTo(before.features[0]! - 1, 4);
  });

  it('compiles once a shape and leaves no tensor behind', async () => {
    const model = new Model();
    const access = modelAccess(model);
    const batches = [batch(4), batch(3)];
    for (const each of batches) await access.embed(each);
    const before = liveCounts();
    for (const each of batches) await access.embed(each);
    access.dispose();
    expect(liveCounts()).toEqual(before);
  });

  it('flattens features that are maps', async () => {
    class Maps extends nn.Module {
      embed(images: tf.Tensor4D): tf.Tensor {
        return tf.add(images, 1);
      }
      forward(): void {
        return undefined;
      }
    }
    const { features, width } = await modelAccess(new Maps()).embed(batch(2));
    expect([features.length, width]).toEqual([24, 12]);
  });

  it('says what to do about a model without a backbone', async () => {
    const model = new nn.Linear(3, 2);
    await expect(modelAccess(model).embed(batch(2))).rejects.toThrow(
      "Linear has no field 'backbone' and no method 'embed'. It is not known how to compute the features of an image. " +
        "Name the module that computes them 'backbone', or define embed(images) to return [batch, features].",
    );
    expect(model.training).toBe(true);
  });
});
