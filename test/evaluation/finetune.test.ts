import * as tf from '@tensorflow/tfjs-core';
import type { EvaluationData, StateDict } from '../../src/contracts';
import { liveCounts, start } from '../../src/engine';
import { evaluateByFinetuning, finetuneSchema } from '../../src/evaluation';
import * as nn from '../../src/nn';
import { FeatureData } from './fakes/feature-data';
import reference from './data/finetune.json';

beforeAll(() => start());

const { classes, width, batchSize, epochs, learningRate } = reference;

type Tensors = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
>;

/** Two layers of features, of "images" of one pixel. */
class Features extends nn.Module {
  readonly linear = new nn.Linear(width, 5);
  readonly norm = new nn.BatchNorm1d(5);

  forward(images: tf.Tensor4D): tf.Tensor2D {
    const rows = tf.reshape<tf.Rank.R2>(images, [-1, width]);
    return tf.relu(this.norm.forward(this.linear.forward(rows)));
  }
}

class Model extends nn.Module {
  readonly backbone = new Features();
  readonly projectionHead = new nn.Linear(5, 2);

  forward(): void {
    return undefined;
  }
}

function stateOf(tensors: Tensors, prefix: string): StateDict {
  const own = Object.entries(tensors).filter(([name]) => name.startsWith(prefix));
  return new Map(
    own.map(([name, { shape, data }]) => {
      const isCount = name.endsWith('num_batches_tracked');
      const tensor = isCount
        ? ({ dtype: 'I64', shape, data: BigInt64Array.from(data, BigInt) } as const)
        : ({ dtype: 'F32', shape, data: Float32Array.from(data) } as const);
      return [name.slice(prefix.length), tensor];
    }),
  );
}

const splits = {
  train: { rows: Float32Array.from(reference.train), labels: reference.trainLabels },
  test: { rows: Float32Array.from(reference.test), labels: reference.testLabels },
};
const dataOf = (): FeatureData => new FeatureData('rows', classes, width, splits);

const options = (given: object = {}) => finetuneSchema.parse({ epochs, batchSize, learningRate, ...given });
const compiled = { eager: false, precision: '32-true' } as const;

describe('finetuning', () => {
  it.each(reference.cases.flatMap((one) => [false, true].map((eager) => ({ ...one, eager }))))(
    "gives PyTorch's losses, weights and accuracies with $unfreezeAfter epochs before the backbone learns (eager: $eager)",
    async ({ unfreezeAfter, initial, final, trainLoss, top1, top5, eager }) => {
      const before = liveCounts();
      const model = new Model();
      model.backbone.loadStateDict(stateOf(initial, 'backbone.'));
      const features = (images: tf.Tensor4D) => model.backbone.forward(images);
      const result = await evaluateByFinetuning(
        { module: model, features, classifier: stateOf(initial, 'classifier.') },
        dataOf(),
        options({ unfreezeAfter }),
        { eager, precision: '32-true' },
      );
      expect(result.trainLoss).toBeCloseTo(trainLoss, 5);
      expect(result.accuracy).toBeCloseTo(top1, 6);
      expect(result.accuracyTop5).toBeCloseTo(top5, 6);
      expect([...result.state.keys()].sort()).toEqual(Object.keys(final).sort());
      for (const [name, { data }] of Object.entries<Tensors[string]>(final)) {
        const own = Array.from(result.state.get(name)?.data ?? [], Number);
        data.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 5));
      }
      model.dispose();
      expect(liveCounts()).toEqual(before);
    },
  );

  it('requests whole shuffled batches of crops for training, and plain images for evaluation', async () => {
    const asked: [string, unknown][] = [];
    const inner = dataOf();
    const data: EvaluationData = {
      ...{ name: 'rows', classes },
      open: (split: 'train' | 'test', how) => {
        asked.push([split, how]);
        return inner.open(split, how);
      },
    };
    const model = new Model();
    const run = (given: object) =>
      evaluateByFinetuning(
        { module: model, features: (images) => model.backbone.forward(images) },
        data,
        options({ epochs: 1, seed: 4, ...given }),
        compiled,
      );
    await run({ testLimit: 5 });
    await run({ augment: false, trainLimit: 16 });
    expect(asked).toEqual([
      ['train', { batchSize: 1, labelled: true }],
      [
        'train',
        { batchSize: 8, labelled: true, training: { seed: 4, crops: { minScale: 0.08, flip: 0.5 } } },
      ],
      ['test', { batchSize: 8, labelled: true, limit: 5 }],
      ['train', { batchSize: 1, labelled: true, limit: 16 }],
      ['train', { batchSize: 8, labelled: true, limit: 16, training: { seed: 4, crops: null } }],
      ['test', { batchSize: 8, labelled: true }],
    ]);
    expect(inner.closed).toBe(inner.opened.length);
    model.dispose();
  });

  it('is rejected if nothing of the features can be trained', async () => {
    class Taught extends nn.Module {
      readonly student = new Features();
      readonly teacher = nn.teacherOf(this.student);

      forward(): void {
        return undefined;
      }
    }
    const model = new Taught();
    const before = liveCounts().tensors;
    await expect(
      evaluateByFinetuning(
        { module: model, features: (images) => model.teacher.forward(images) },
        dataOf(),
        options(),
        compiled,
      ),
    ).rejects.toThrow(
      'None of the parameters that compute the features of Taught can be trained. They are frozen, or belong to a teacher. ' +
        "Let embed(images) or the field 'backbone' use the student, and do not freeze it.",
    );
    expect(liveCounts().tensors).toBe(before);
    model.dispose();
  });

  it('leaves parameters alone that the module has frozen, and puts the random position back when it is ended', async () => {
    const model = new Model();
    model.backbone.linear.freeze();
    const frozen = model.backbone.linear.stateDict();
    const features = (images: tf.Tensor4D) => model.backbone.forward(images);
    await evaluateByFinetuning({ module: model, features }, dataOf(), options(), compiled);
    expect(model.backbone.linear.stateDict()).toEqual(frozen);
    nn.setRandomPosition(7);
    const before = liveCounts();
    const ended = evaluateByFinetuning({ module: model, features }, dataOf(), options(), compiled, (done) =>
      done < 3 ? Promise.resolve() : Promise.reject(new Error('enough')),
    );
    await expect(ended).rejects.toThrow('enough');
    expect(nn.randomPosition()).toBe(7);
    expect(liveCounts()).toEqual(before);
    nn.setRandomPosition(0);
    model.dispose();
  });
});
