import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, HookContext, Optimizer, RunState } from '../../../src/contracts';
import { seedEverything, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import * as optim from '../../../src/optim';
import { TrainingModule } from '../../../src/trainer';
import { fit, messageOf, plugin } from '../fakes/fit';
import type { Fitted, FitSetup } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';

beforeAll(async () => {
  await start();
});

/** A student that is trained, and beside it what no loss reaches: a teacher, a spare layer, a part that is cut off. */
class Distilled extends TrainingModule<PointBatch> {
  readonly student = new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Linear(4, 2));
  readonly teacher = new nn.Sequential(new nn.Linear(3, 2), new nn.BatchNorm1d(2));
  readonly head = new nn.Linear(2, 2);
  readonly spare = nn.parameter(tf.ones([3]));

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.student.forward(points) as tf.Tensor2D;
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    const taught = nn.stopGradient(this.head.forward(this.teacher.forward(points) as tf.Tensor2D));
    const aim = tf.add(targets, tf.mul(taught, 0.1));
    return tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), aim));
  }

  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    return optim.adamw(this.parameters(), { learningRate: 0.05, weightDecay: 0.5 });
  }
}

function seeded<T>(make: () => T): T {
  seedEverything(0);
  return make();
}

function valuesOf(module: nn.Module): Map<string, number[]> {
  return new Map([...module.namedParameters()].map(([name, parameter]) => [name, [...parameter.dataSync()]]));
}

/** Names of parameters that differ between two looks at them. */
function moved(before: ReadonlyMap<string, number[]>, after: ReadonlyMap<string, number[]>): string[] {
  return [...before]
    .filter(([name, values]) => String(after.get(name)) !== String(values))
    .map(([name]) => name);
}

const warningsOf = ({ events }: Fitted): string[] =>
  events.flatMap((event) => (event[0] === 'message' && event[1] === 'warning' ? [event[2]] : []));

const trained = ['student.0.weight', 'student.0.bias', 'student.2.weight', 'student.2.bias'];
const unreached =
  'The loss of Distilled does not reach these parameters: spare, teacher.* (4) and head.* (2). They stay as they are, without ' +
  'weight decay or momentum; freeze() them if that is meant.';

describe.each([
  ['compiled', true],
  ['operation by operation', false],
])('parameters that the loss does not reach, %s', (_, compile) => {
  const train = (module: TrainingModule<PointBatch>, setup: FitSetup = {}): Promise<Fitted> =>
    fit({ module, ...setup, options: { maxEpochs: 2, compile, ...setup.options } });

  it.each<[string, (module: nn.Module) => Optimizer]>([
    ['AdamW', (m) => optim.adamw(m.parameters(), { learningRate: 0.05, weightDecay: 0.5 })],
    ['SGD', (m) => optim.sgd(m.parameters(), { learningRate: 0.05, momentum: 0.9, weightDecay: 0.5 })],
    ['LARS', (m) => optim.lars(m.parameters(), { learningRate: 0.05, momentum: 0.9, weightDecay: 0.5 })],
  ])('do not move with %s, and are named once', async (_, optimizer) => {
    const module = seeded(() => new Distilled());
    module.configureOptimizers = () => optimizer(module);
    const before = valuesOf(module);
    // A last batch of its own shape is a second trace.
    const fitted = await train(module, { data: new Points({ lastBatchSize: 3 }) });
    expect(fitted.error).toBeNull();
    expect(moved(before, valuesOf(module))).toEqual(trained);
    expect(warningsOf(fitted).filter((text) => !text.includes('is traced again'))).toEqual([unreached]);
  });

  it('are not named if they are frozen', async () => {
    const module = seeded(() => new Distilled());
    module.teacher.freeze();
    module.head.freeze();
    module.spare.trainable = false;
    expect(warningsOf(await train(module))).toEqual([]);
  });

  it.each<[string, FitSetup['options']]>([
    ['clipping by norm', { gradientClipVal: 0.1 }],
    ['clipping by value', { gradientClipVal: 0.01, gradientClipAlgorithm: 'value' }],
    ['accumulation', { accumulateGradBatches: 2 }],
    ['detection of anomalies', { detectAnomaly: true }],
    ['mixed precision', compile ? { precision: 'bf16-mixed' } : {}],
  ])('change nothing for the others, with %s', async (_, options) => {
    const whole = seeded(() => new Distilled());
    await train(whole, { options: { ...options } });
    const frozen = seeded(() => new Distilled());
    for (const part of [frozen.teacher, frozen.head]) part.freeze();
    frozen.spare.trainable = false;
    await train(frozen, { options: { ...options } });
    expect(valuesOf(whole)).toEqual(valuesOf(frozen));
  });

  it('are not in the maps that step hooks get, and a hook may give them a gradient', async () => {
    const seen: string[][] = [];
    const module = seeded(() => new Distilled());
    const before = valuesOf(module);
    const hooks = plugin('hooks', {
      onAfterBackward: (gradients: Gradients) => {
        seen.push([...gradients.keys()]);
        return new Map([...gradients, ['spare', tf.ones([3])]]);
      },
    });
    const fitted = await train(module, { plugins: [hooks] });
    expect(seen[0]).toEqual(trained);
    expect(moved(before, valuesOf(module))).toEqual(['spare', ...trained]);
    expect(warningsOf(fitted)[0]).toContain(
      'does not reach these parameters: teacher.* (4) and head.* (2). They',
    );
  });

  it('may not get one under a name that is not trained', async () => {
    const hooks = plugin('hooks', {
      onBeforeOptimizerStep: (gradients: Gradients) =>
        new Map([...gradients, ['student.weight', tf.ones([3])]]),
    });
    const { error } = await train(
      seeded(() => new Distilled()),
      { plugins: [hooks] },
    );
    expect(messageOf(error)).toBe(
      'There are gradients of student.weight, but no optimiser trains parameters with these names. ' +
        'A step hook may have returned them. ' +
        'Return gradients only under the names of those in the given map, and none of frozen parameters.',
    );
  });

  it('may be all that one of several optimisers has', async () => {
    class Two extends Distilled {
      override configureOptimizers() {
        const all = this.parameters();
        return [
          optim.sgd(
            all.filter((_, name) => name.startsWith('student')),
            { learningRate: 0.1 },
          ),
          optim.adamw(
            all.filter((_, name) => !name.startsWith('student')),
            { learningRate: 0.1 },
          ),
        ];
      }
    }
    const module = seeded(() => new Two());
    const before = valuesOf(module);
    const fitted = await train(module);
    expect(fitted.error).toBeNull();
    expect(moved(before, valuesOf(module))).toEqual(trained);
    expect(warningsOf(fitted)).toEqual([unreached.replace('Distilled', 'Two')]);
  });

  it('are an error if no parameter is reached', async () => {
    class Cut extends Distilled {
      override forward(points: tf.Tensor2D): tf.Tensor2D {
        return nn.stopGradient(super.forward(points));
      }
    }
    const module = seeded(() => new Cut());
    const before = valuesOf(module);
    const { error } = await train(module);
    expect(error).toMatchObject({
      kind: 'module',
      message:
        'The loss has no path to a trainable parameter: it depends on none of optim.adamw, which has spare, student.* (4), ' +
        'teacher.* (4) and head.* (2). No gradient flows through nn.stopGradient, argMax, comparisons and casts to whole numbers. ' +
        'Compute the loss from the outputs of the trained modules, with none of these in between.',
    });
    expect(moved(before, valuesOf(module))).toEqual([]);
  });

  it('are distinguished from those that no optimiser has', async () => {
    class Partial extends Distilled {
      override configureOptimizers() {
        return optim.sgd(
          this.parameters().filter((_, name) => !name.startsWith('student.0')),
          { learningRate: 0.1 },
        );
      }

      /** Too late to matter, and irrelevant to the compiled step. */
      override onTrainEpochStart({ progress }: HookContext): void {
        if (progress.epoch === 1) (this.student.modules()[1] as nn.Linear).freeze();
      }
    }
    expect(warningsOf(await train(seeded(() => new Partial())))).toEqual([
      'No optimiser has these parameters of Partial: student.0.* (2). They are not trained; give them to one in ' +
        'configureOptimizers, or freeze() them if that is meant.',
      unreached.replace('Distilled', 'Partial'),
    ]);
  });

  it('are counted in a checkpoint, with which a run continues bit for bit', async () => {
    const states: RunState[] = [];
    const whole = seeded(() => new Distilled());
    await train(whole, {
      plugins: (trainer) => [
        plugin('saver', {
          onTrainBatchEnd: async ({ progress }) => {
            if (progress.globalStep === 3) states.push(await trainer().runState.capture());
          },
        }),
      ],
    });
    expect(states[0]?.optimizers[0]?.missed).toEqual({
      ...{ 'teacher.0.weight': 3, 'teacher.0.bias': 3, 'teacher.1.weight': 3, 'teacher.1.bias': 3 },
      ...{ 'head.weight': 3, 'head.bias': 3, spare: 3 },
    });
    const resumed = new Distilled();
    const { error } = await train(resumed, { resume: states[0]! });
    expect(error).toBeNull();
    expect(valuesOf(resumed)).toEqual(valuesOf(whole));
  });

  it('do not affect batch norm: its statistics move while its weights do not', async () => {
    const module = seeded(() => new Distilled());
    const [, norm] = module.teacher.modules().slice(1) as [nn.Linear, nn.BatchNorm1d];
    await train(module);
    expect([...norm.weight!.dataSync()]).toEqual([1, 1]);
    expect([...norm.runningMean!.dataSync()]).not.toEqual([0, 0]);
  });
});

/** Which of two layers a batch reaches depends on its size. */
class Alternating extends TrainingModule<PointBatch> {
  readonly first = new nn.Linear(3, 2);
  readonly second = new nn.Linear(3, 2);

  constructor(private readonly reaches: (size: number) => readonly ('first' | 'second')[]) {
    super();
  }

  forward(points: tf.Tensor2D): tf.Tensor2D {
    const outputs = this.reaches(points.shape[0]).map((layer) => this[layer].forward(points));
    return outputs.reduce((sum, output) => tf.add(sum, output));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1, weightDecay: 0.5 });
  }
}

describe.each([
  ['compiled', true],
  ['operation by operation', false],
])('a parameter that some batches of an update reach, %s', (_, compile) => {
  const options = { maxEpochs: 2, accumulateGradBatches: 2, compile };

  it('is updated by these batches, and one that none reaches is left alone', async () => {
    // Of the two batches of an update the first has 4 samples, the last 3.
    const module = seeded(() => new Alternating((size) => (size === 4 ? ['first'] : ['second'])));
    const before = valuesOf(module);
    const { error } = await fit({ module, options, data: new Points({ batches: 2, lastBatchSize: 3 }) });
    expect(error).toBeNull();
    expect(moved(before, valuesOf(module))).toHaveLength(4);

    const alone = seeded(() => new Alternating(() => ['first']));
    const start = valuesOf(alone);
    await fit({ module: alone, options, data: new Points({ batches: 2 }) });
    expect(moved(start, valuesOf(alone))).toEqual(['first.weight', 'first.bias']);
  });

  it('is also recognised if an optimiser has the names of a part of the model', async () => {
    class Part extends Alternating {
      override configureOptimizers() {
        return optim.sgd(this.first.parameters(), { learningRate: 0.1 });
      }
    }
    const part = seeded(() => new Part(() => ['first']));
    const whole = seeded(() => new Alternating(() => ['first']));
    whole.configureOptimizers = () => optim.sgd(whole.parameters(), { learningRate: 0.1 });
    await fit({ module: part, options, data: new Points() });
    await fit({ module: whole, options, data: new Points() });
    expect(valuesOf(part)).toEqual(valuesOf(whole));
  });
});

it('a compiled update whose batches reach other parameters than when it was traced is rejected', async () => {
  // Epoch 0 has updates of one batch, for which the step is traced; then an update's first batch reaches more.
  const module = seeded(() => new Alternating((size) => (size === 4 ? ['first', 'second'] : ['first'])));
  const data = new Points({ batches: 2, lastBatchSize: 3 });
  const options = { maxEpochs: 2, accumulateGradBatches: { 0: 1, 1: 2 } };
  const { error } = await fit({ module, options, data });
  expect(messageOf(error)).toBe(
    'The batches of an update reach other parameters than in the update for which the step was traced: second.* (2). ' +
      'A compiled step determines at that time which parameters it updates. ' +
      'Reach the same parameters in all batches, for example by a term times 0, or set trainer.compile to false.',
  );
});
