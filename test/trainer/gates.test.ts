import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, RunState, TrainerInput } from '../../src/contracts';
import { start } from '../../src/engine';
import * as optim from '../../src/optim';
import { fit, plugin, seededRegression } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

const decayed = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.05 };

/** Its head is not trained in the first epoch. */
class Gated extends Regression {
  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    return optim.sgd(optim.groups(this, [{ match: 'head', frozenEpochs: 1 }]), decayed);
  }
}

/** The same with an optimiser for the head alone. */
class Apart extends Regression {
  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    const all = this.parameters();
    const isHead = (name: string): boolean => name.startsWith('head.');
    return [
      optim.sgd(
        all.filter((_, name) => !isHead(name)),
        decayed,
      ),
      optim.sgd([{ parameters: all.filter((_, name) => isHead(name)), frozenEpochs: 1 }], decayed),
    ];
  }
}

class Open extends Regression {
  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    return optim.sgd(this.parameters(), decayed);
  }
}

function seeded<T extends Regression>(Model: new () => T): T {
  const model = new Model();
  model.loadStateDict(seededRegression().stateDict());
  return model;
}

/** Freezes the head in the first epoch, operation by operation: it has no gradients then, as in lightly's example. */
function frozen(options: TrainerInput): FitSetup {
  const module = seeded(Open);
  return {
    module,
    options: { ...options, compile: false },
    plugins: [
      plugin('freezer', {
        onTrainEpochStart: ({ progress }) => {
          if (progress.epoch === 0) module.head.freeze();
          else module.head.unfreeze();
        },
      }),
    ],
  };
}

const clipped = { maxEpochs: 3, gradientClipVal: 0.5 };

describe.each([
  ['compiled', true],
  ['eager', false],
])('a group that is frozen for an epoch, %s', (_, compile) => {
  it.each([
    ['one optimiser', Gated, clipped],
    ['two optimisers', Apart, clipped],
    ['accumulated gradients', Gated, { ...clipped, accumulateGradBatches: 3 }],
  ] as const)('moves as if without its gradients in that epoch: %s', async (__, Model, options) => {
    const wanted = await fit(frozen(options));
    const first = seededRegression().stateDict();
    const gated = await fit({ module: seeded(Model), options: { ...options, compile } });
    expect([wanted.error, gated.error]).toEqual([null, null]);
    for (const [name, { data }] of wanted.weights) {
      const values = gated.weights.get(name)!.data;
      expect(values).not.toEqual(first.get(name)!.data);
      data.forEach((value, index) => expect(Number(values[index])).toBeCloseTo(Number(value), 5));
    }
  });

  it('stays as it is, bit for bit, and begins with its epoch', async () => {
    const first = seededRegression().stateDict();
    const heads: unknown[] = [];
    const module = seeded(Gated);
    await fit({
      module,
      options: { maxEpochs: 2, compile },
      plugins: [
        plugin('watcher', {
          onTrainBatchEnd: () => {
            heads.push(module.head.weight.dataSync()[0] === first.get('head.weight')!.data[0]);
          },
        }),
      ],
    });
    expect(heads).toEqual([true, true, true, true, false, false, false, false]);
  });

  it('continues bit for bit from the middle of either epoch', async () => {
    const options = { maxEpochs: 3, compile };
    const states: RunState[] = [];
    const whole = await fit({
      module: seeded(Gated),
      options,
      plugins: (trainer) => [
        plugin('saver', {
          onTrainBatchEnd: async () => {
            states.push(await trainer().runState.capture());
          },
        }),
      ],
    });
    for (const index of [1, 3, 5]) {
      const rest = await fit({ module: seeded(Gated), options, resume: states[index]! });
      expect(rest.error).toBeNull();
      expect(rest.weights).toEqual(whole.weights);
    }
  });
});

it('the norm for gradient clipping ignores a frozen group', async () => {
  const norms: number[] = [];
  const watch = (Model: typeof Gated | typeof Open) =>
    fit({
      module: seeded(Model),
      data: new Points({ batches: 1 }),
      options: { maxEpochs: 1 },
      plugins: [
        plugin('watcher', {
          onBeforeOptimizerStep: (gradients, { log }) => {
            log('norm', tf.sum<tf.Scalar>(tf.square(gradients.get('head.weight')!)));
            return undefined;
          },
        }),
      ],
      onRow: ({ values }) => {
        if (values['norm'] !== undefined) norms.push(values['norm']);
      },
    });
  await watch(Gated);
  await watch(Open);
  expect(norms[0]).toBe(0);
  expect(norms.at(-1)).toBeGreaterThan(0.001);
});
