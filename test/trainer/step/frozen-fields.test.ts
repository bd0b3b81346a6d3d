import { seedEverything, start, stepInput } from '../../../src/engine';
import * as tf from '@tensorflow/tfjs-core';
import type { PluginHooks } from '../../../src/contracts';
import { HyperParameter } from '../../../src/metadata';
import * as nn from '../../../src/nn';
import * as optim from '../../../src/optim';
import { fit, messageOf, plugin } from '../fakes/fit';
import type { Fitted, FitSetup } from '../fakes/fit';
import type { PointBatch } from '../fakes/points';
import { Points } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

class Scaled extends nn.Module {
  factor = 1;
  forward(x: tf.Tensor2D): tf.Tensor2D {
    return tf.mul(x, this.factor);
  }
}

/** A schedule as users write them. */
class Warmup {
  private done = 1;

  constructor(private readonly steps: number) {}

  get value(): number {
    return Math.min(1, this.done / this.steps);
  }

  step(): void {
    this.done += 1;
  }
}

/** Reads fields of all kinds in its step. */
class Reading extends Regression {
  @HyperParameter() rate = 0.1;
  temperature = 0.5;
  flag = true;
  options = { margin: { width: 1 } };
  weights = [1, 1];
  shift: tf.Tensor = tf.zeros([2]);
  readonly warmup = new Warmup(1);
  readonly lookup = new Map([['scale', 1]]);
  read = 2;
  calls = 0;
  untouched = 0;
  protected nothing: number | undefined;
  readonly scaled = new Scaled();
  readonly dropout = new nn.Dropout(0.5);
  readonly #teacher = new nn.Dropout(0.5);
  #change: ((self: this) => void) | null = null;

  /** Does something at the begin of epoch 1. */
  changing(change: (self: this) => void): this {
    this.#change = change;
    return this;
  }

  get teacher(): nn.Module {
    return this.#teacher;
  }

  override onTrainEpochStart({ progress }: { progress: { epoch: number } }): void {
    this.calls += 1;
    if (progress.epoch === 1) this.#change?.(this);
  }

  override forward(points: tf.Tensor2D): tf.Tensor2D {
    return super.forward(this.scaled.forward(this.#teacher.forward(this.dropout.forward(points))));
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    // A look through all fields, which reads none for the step.
    this.parameters();
    const { temperature, flag, options, weights, rate, nothing = 1 } = this;
    const shift = tf.mean<tf.Scalar>(tf.add(this.shift, weights[1]!));
    const loss = tf.div(
      super.trainingStep(batch),
      temperature *
        options.margin.width *
        rate *
        nothing *
        this.warmup.value *
        (this.lookup.get('scale') ?? 1),
    );
    const perStep = stepInput(() => this.read);
    return tf.mul<tf.Scalar>(flag ? tf.add(loss, shift) : loss, perStep);
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 1e-4 });
  }
}

function warningsOf({ events, error }: Fitted): string[] {
  expect(messageOf(error)).toBe('');
  return events.flatMap((event) => (event[0] === 'message' && event[1] === 'warning' ? [event[2]] : []));
}

function fitReading(change: (self: Reading) => void, setup: FitSetup = {}): Promise<Fitted> {
  seedEverything(0);
  return fit({ options: { maxEpochs: 3 }, module: new Reading().changing(change), ...setup });
}

const field = (name: string, path: string, before: string, now: string): string =>
  `The field '${path}' of ${name} was ${before} when the training step was traced and is ${now} now. ` +
  `The compiled step still uses ${before}. ` +
  `Read it with stepInput(() => this.${path}), which is read again at every step.`;
const replaced = (name: string, path: string): string =>
  `The field '${path}' of ${name} contains something else than when the training step was traced. The compiled step still uses the old contents. ` +
  'Keep values that change in an nn.buffer(...) and assign to it, or read a number with stepInput(() => ...).';

const changes: readonly (readonly [what: string, change: (self: Reading) => void, message: string])[] = [
  ['a number', (self) => void (self.temperature = 2), field('Reading', 'temperature', '0.5', '2')],
  ['a truth value', (self) => void (self.flag = false), field('Reading', 'flag', 'true', 'false')],
  ['a hyperparameter', (self) => void (self.rate = 3), field('Reading', 'rate', '0.1', '3')],
  [
    'a number in options',
    (self) => void (self.options.margin.width = 3),
    field('Reading', 'options.margin.width', '1', '3'),
  ],
  [
    'a field of an object of a class',
    (self) => self.warmup.step(),
    field('Reading', 'warmup.done', '1', '2'),
  ],
  [
    'a field of a child',
    (self) => void (self.scaled.factor = 3),
    field("Scaled 'scaled'", 'factor', '1', '3'),
  ],
  ['an item of an array', (self) => void (self.weights[1] = 3), replaced('Reading', 'weights')],
  ['a tensor', (self) => void (self.shift = tf.ones([2])), replaced('Reading', 'shift')],
  [
    'the mode of a layer',
    (self) => void self.dropout.eval(),
    "The mode of Dropout 'dropout' was changed after the training step was traced. The compiled step still runs it in training mode. Choose it before the first batch, in setup() for example.",
  ],
  [
    'the mode of all layers',
    (self) => void self.eval(),
    "The mode of Dropout 'dropout' (and of 1 more) was changed after the training step was traced. The compiled step still runs it in training mode. Choose it before the first batch, in setup() for example.",
  ],
  [
    'the mode of a layer that nobody owns',
    (self) => void self.teacher.eval(),
    'The mode of Dropout was changed after the training step was traced. The compiled step still runs it in training mode. Choose it before the first batch, in setup() for example.',
  ],
  [
    'what is trained',
    (self) => void self.head.freeze(),
    "The parameter 'head.weight' (and 1 more) was frozen after the training step was traced. The compiled step still trains it. Do it before the first batch, for example in setup(): a resumed run traces again.",
  ],
];

it.each(changes)(
  'reports once that a compiled step does not see the change of %s',
  async (_, change, message) => {
    const fitted = await fitReading(change);
    expect(warningsOf(fitted)).toEqual([message]);
  },
);

it.each(changes)('does not report %s if a step runs operation by operation', async (_, change) => {
  expect(warningsOf(await fitReading(change, { options: { maxEpochs: 2, compile: false } }))).toEqual([]);
});

it.each<[string, (self: Reading) => void]>([
  ['what the step does not read', (self) => void (self.untouched = 5)],
  ['what stepInput reads at every step', (self) => void (self.read = 5)],
  ['a value that is what it was', (self) => void (self.temperature = 0.5)],
  ['a buffer', (self) => self.norm.namedBuffers().forEach((buffer) => buffer.assign(tf.zerosLike(buffer)))],
  ['nothing', () => undefined],
])('does not report %s', async (_, change) => {
  expect(warningsOf(await fitReading(change))).toEqual([]);
});

it.each<[string, FitSetup]>([
  ['with accumulated gradients', { options: { maxEpochs: 3, accumulateGradBatches: 2 } }],
  ['after a trace for another shape', { data: new Points({ lastBatchSize: 2 }) }],
])('reports it once %s', async (_, setup) => {
  const fitted = await fitReading((self) => void (self.temperature = 2), setup);
  expect(warningsOf(fitted).filter((text) => text.includes("'temperature'"))).toEqual([
    field('Reading', 'temperature', '0.5', '2'),
  ]);
});

it('names every field that changes, also one that changes later', async () => {
  const module = new Reading().changing((self) => {
    self.temperature = 2;
    self.flag = false;
  });
  const later: PluginHooks = {
    onTrainEpochStart: ({ progress }) => {
      if (progress.epoch === 2) module.rate = 7;
    },
  };
  const fitted = await fit({ options: { maxEpochs: 3 }, module, plugins: [plugin('later', later)] });
  expect(warningsOf(fitted)).toEqual([
    field('Reading', 'temperature', '0.5', '2'),
    field('Reading', 'flag', 'true', 'false'),
    field('Reading', 'rate', '0.1', '7'),
  ]);
});

it('sees fields of plugins that step hooks read', async () => {
  class Blend {
    amount = 0.1;
    onBeforeBackward(loss: tf.Scalar): tf.Scalar {
      return tf.mul(loss, 1 + this.amount);
    }
    onTrainEpochStart(): void {
      this.amount *= 2;
    }
  }
  const fitted = await fit({ options: { maxEpochs: 3 }, plugins: [plugin('blend', new Blend())] });
  expect(warningsOf(fitted)).toEqual([
    "The field 'amount' of Plugin 'blend' was 0.2 when the training step was traced and is 0.4 now. " +
      'The compiled step still uses 0.2. Read it with stepInput(() => this.amount), which is read again at every step.',
  ]);
});

it("reports that a step's counter is counted once", async () => {
  class Counting extends Regression {
    steps = 0;
    override trainingStep(batch: PointBatch): tf.Scalar {
      this.steps += 1;
      return super.trainingStep(batch);
    }
  }
  expect(warningsOf(await fit({ module: new Counting() }))).toEqual([
    "The training step changes the field 'steps' of Counting. That happens only once, while it is traced, and not at every step. " +
      'Change it in a host hook such as onTrainBatchEnd, or in afterStep(() => ...).',
  ]);
  expect(
    warningsOf(await fit({ module: new Counting(), options: { maxEpochs: 1, compile: false } })),
  ).toEqual([]);
});

it('watches evaluation steps too', async () => {
  class Validated extends Regression {
    threshold = 1;
    override validationStep({ points }: PointBatch): void {
      this.log('val', tf.mul(this.threshold, tf.mean(this.forward(points))));
    }
    override onTrainEpochStart(): void {
      this.threshold += 1;
    }
  }
  const fitted = await fit({
    module: new Validated(),
    options: { maxEpochs: 3, numSanityValSteps: 0 },
    validation: new Points(),
  });
  expect(warningsOf(fitted)).toEqual([
    "The field 'threshold' of Validated was 2 when the validationStep was traced and is 3 now. " +
      'The compiled step still uses 2. Read it with stepInput(() => this.threshold), which is read again at every step.',
  ]);
});
