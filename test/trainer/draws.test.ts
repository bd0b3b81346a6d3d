import type { Optimizer, RunState } from '../../src/contracts';
import { seedEverything, start } from '../../src/engine';
// After the engine, which puts its random operations into it.
import * as tf from '@tensorflow/tfjs-core';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import { SingleDevice } from '../../src/strategy';
import { EventBus, Trainer } from '../../src/trainer';
import { fit, messageOf, plugin, rowsOf, settings } from './fakes/fit';
import type { Fitted, FitSetup } from './fakes/fit';
import type { PointBatch } from './fakes/points';
import { Points } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

/** Draws wherever a step can: in the training step, in forward, in a child, in the loss and in held-out batches. */
class Noisy extends Regression {
  readonly dropout = new nn.Dropout(0.25);

  override forward(points: tf.Tensor2D): tf.Tensor2D {
    const noisy = tf.add<tf.Tensor2D>(points, tf.randomNormal(points.shape, 0, 0.1));
    return super.forward(this.dropout.forward(tf.dropout(noisy, 0.1) as tf.Tensor2D));
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    this.log('drawn', tf.randomUniform<tf.Rank.R0>([]), { onStep: true, onEpoch: true });
    const loss = super.trainingStep(batch);
    const weight = tf.truncatedNormal<tf.Rank.R0>([], 1, 0.1);
    return tf.mul(loss, tf.add(weight, tf.mul(0.01, tf.randomGamma([], 2))));
  }

  override validationStep({ points, targets }: PointBatch): void {
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
    this.log('val_drawn', tf.randomUniform<tf.Rank.R0>([]));
  }

  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    return optim.sgd(this.parameters(), { learningRate: 0.02, momentum: 0.9 });
  }
}

class Split extends Noisy {
  override configureOptimizers(): readonly Optimizer[] {
    const part = (ofHead: boolean) =>
      this.parameters().filter((_, name) => name.startsWith('head.') === ofHead);
    return [
      optim.adamw(part(true), { learningRate: 0.01 }),
      optim.sgd(part(false), { learningRate: 0.02, momentum: 0.9 }),
    ];
  }
}

/** Gradient noise, and draws in all other step hooks. */
const noise = plugin('noise', {
  onAfterForward: (_, { log }) => {
    log('hook_forward', tf.randomUniform<tf.Rank.R0>([]));
  },
  onBeforeBackward: (loss) => tf.add(loss, tf.mul(0.01, tf.randomUniform([]))),
  onAfterBackward: (gradients) =>
    new Map([...gradients].map(([name, g]) => [name, tf.add(g, tf.randomNormal(g.shape, 0, 0.01))])),
  onBeforeOptimizerStep: (gradients) =>
    new Map([...gradients].map(([name, g]) => [name, tf.add(g, tf.randomNormal(g.shape, 0, 0.01))])),
});

function seeded(type: new () => Noisy): Noisy {
  seedEverything(0);
  return new type();
}

interface Captured extends Fitted {
  readonly states: RunState[];
}

async function capture(type: new () => Noisy, setup: FitSetup): Promise<Captured> {
  const states: RunState[] = [];
  const fitted = await fit({
    ...setup,
    module: seeded(type),
    plugins: (trainer: () => Trainer) => [
      noise,
      plugin(
        'saver',
        {
          onTrainBatchEnd: async (_, { updated }) => {
            if (updated) states.push(await trainer().runState.capture());
          },
        },
        'monitor',
      ),
    ],
  });
  expect(messageOf(fitted.error)).toBe('');
  return { ...fitted, states };
}

/** Values of a metric in the rows of steps or of validations. */
function valuesOf({ events }: Fitted, name: string): number[] {
  return rowsOf(events).flatMap(({ values }) => (name in values ? [values[name]!] : []));
}

const cases = {
  plain: [Noisy, { options: { maxEpochs: 2 } }],
  'two optimisers': [Split, { options: { maxEpochs: 2 } }],
  'accumulated gradients': [Noisy, { options: { maxEpochs: 2, accumulateGradBatches: 2 } }],
  'accumulation from epoch 1 on': [
    Noisy,
    { options: { maxEpochs: 2, accumulateGradBatches: { 0: 1, 1: 3 } } },
  ],
  'a smaller last batch': [
    Noisy,
    { options: { maxEpochs: 2 }, data: () => new Points({ lastBatchSize: 2 }) },
  ],
  validation: [
    Noisy,
    { options: { maxEpochs: 2, valCheckInterval: 2 }, validation: () => new Points({ batches: 2 }) },
  ],
  'bf16-mixed': [Noisy, { options: { maxEpochs: 2, precision: 'bf16-mixed' } }],
} as const;

type Case = readonly [
  new () => Noisy,
  { options: FitSetup['options']; data?: () => Points; validation?: () => Points },
];

describe.each(Object.keys(cases) as (keyof typeof cases)[])('draws of a fit with %s', (name) => {
  const [type, { options, data, validation }] = cases[name] as Case;
  const setup = (compile: boolean): FitSetup => ({
    options: { ...options, compile },
    settings: { logEveryNSteps: 1 },
    data: data?.() ?? new Points(),
    ...(validation === undefined ? {} : { validation: validation() }),
  });

  it('are new in every batch, and resumed from every update bit for bit', async () => {
    const whole = await capture(type, setup(true));
    const drawn = valuesOf(whole, 'drawn_step');
    expect(drawn.length).toBeGreaterThan(2);
    expect(new Set(drawn).size).toBe(drawn.length);
    for (const resume of whole.states) {
      // Another ambient seed: what is drawn comes from the run's.
      const module = new type();
      seedEverything(99);
      const again = await fit({ ...setup(true), module, plugins: [noise], resume });
      expect(messageOf(again.error)).toBe('');
      expect(again.weights).toEqual(whole.weights);
      expect(rowsOf(again.events)).toEqual(rowsOf(whole.events).slice(-rowsOf(again.events).length));
    }
  });

  it('are the same operation by operation, also resumed', async () => {
    const compiled = await capture(type, setup(true));
    if (name === 'bf16-mixed') {
      // Mixed precision is not for that; its draws are those of full precision.
      const full = { ...setup(true).options, precision: '32-true' } as const;
      const exact = await capture(type, { ...setup(true), options: full });
      expect(valuesOf(exact, 'drawn_step')).toEqual(valuesOf(compiled, 'drawn_step'));
      return;
    }
    const eager = await capture(type, setup(false));
    for (const metric of ['drawn_step', 'drawn_epoch', 'hook_forward', 'val_drawn']) {
      expect(valuesOf(eager, metric)).toEqual(valuesOf(compiled, metric));
    }
    const resume = eager.states[Math.floor(eager.states.length / 2)]!;
    const again = await fit({ ...setup(false), module: new type(), plugins: [noise], resume });
    expect(again.weights).toEqual(eager.weights);
    for (const [key, { data: values }] of compiled.weights) {
      values.forEach((value, index) => {
        expect(Number(eager.weights.get(key)!.data[index])).toBeCloseTo(Number(value), 4);
      });
    }
  });
});

it('each batch of an accumulated update draws again', async () => {
  const drawn: unknown[] = [];
  const { error } = await fit({
    module: seeded(Noisy),
    options: { maxEpochs: 2, accumulateGradBatches: 2 },
    plugins: [plugin('reader', { onTrainBatchEnd: ({ metrics }) => void drawn.push(metrics['drawn_step']) })],
  });
  expect(messageOf(error)).toBe('');
  expect(drawn.every((value) => typeof value === 'number')).toBe(true);
  expect(new Set(drawn).size).toBe(8);
});

it('the draws of a validation depend on the updates so far, and do not disturb training', async () => {
  const options = { maxEpochs: 2 };
  const without = await capture(Noisy, { options });
  const validated = await capture(Noisy, {
    options: { ...options, numSanityValSteps: 1 },
    validation: new Points({ batches: 2 }),
  });
  expect(validated.weights).toEqual(without.weights);
  const drawn = valuesOf(validated, 'val_drawn');
  expect(new Set(drawn).size).toBe(2);
});

it('a validation of a checkpoint, in a process with another seed, draws the same numbers as the one in the run', async () => {
  const held = (): Points => new Points({ batches: 2 });
  const run = await capture(Noisy, { options: { maxEpochs: 2 }, validation: held() });
  const [inRun] = valuesOf(run, 'val_drawn');
  seedEverything(99);
  const trainer = new Trainer(
    {},
    { plugins: [], events: new EventBus(), strategy: new SingleDevice(), settings },
  );
  const from = { state: run.states[3]!, path: 'last' };
  const { metrics } = await trainer.validate(new Noisy(), held(), from);
  expect(metrics['val_drawn']).toBe(inRun);
});

it('another seed of the run draws other numbers', async () => {
  const options = { maxEpochs: 1 };
  const drawn = [];
  for (const seed of [0, 1]) {
    const settings = { logEveryNSteps: 1, seed };
    drawn.push(valuesOf(await capture(Noisy, { options, settings }), 'drawn_step'));
  }
  expect(drawn[0]).not.toEqual(drawn[1]);
});
