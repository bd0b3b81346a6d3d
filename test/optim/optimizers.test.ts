import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../../src/contracts';
import { compile, liveCounts, start } from '../../src/engine';
import type { Fetched } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import reference from './data/optimizers.json';
import scheduled from './data/scheduled-options.json';

type Values = Record<'weight' | 'bias', number[]>;

const optionNames = ['learningRate', 'momentum', 'dampening', 'weightDecay', 'epsilon', 'trustCoefficient'];

interface Case {
  readonly name: string;
  readonly kind: 'sgd' | 'adam' | 'adamw' | 'lars';
  readonly options: optim.SgdOptions;
  readonly biasOptions?: Partial<optim.SgdOptions>;
  readonly rates?: readonly number[];
  /** Steps in which the bias is held still. */
  readonly frozenSteps?: number;
  readonly after: readonly Values[];
}

const cases = [...reference.cases, ...scheduled.cases].map((each) => withSchedules(each as object) as Case);

/** Options with a list of numbers, one a step, become schedules. */
function withSchedules(given: object): object {
  const entries = Object.entries(given).map(([name, value]: [string, unknown]): [string, unknown] => {
    if (name === 'options' || name === 'biasOptions') return [name, withSchedules(value as object)];
    if (name === 'betas') return [name, (value as unknown[]).map(schedule)];
    return [name, optionNames.includes(name) ? schedule(value) : value];
  });
  return Object.fromEntries(entries);
}

function schedule(value: unknown): unknown {
  return Array.isArray(value) ? (step: number): unknown => value[step] : value;
}

class Pair extends nn.Module {
  readonly weight = nn.parameter(tf.tensor2d(reference.initial.weight, [2, 3]));
  readonly bias = nn.parameter(tf.tensor1d(reference.initial.bias));

  forward(): void {
    // Only its parameters are wanted.
  }

  values(): Values {
    return { weight: [...this.weight.dataSync()], bias: [...this.bias.dataSync()] };
  }
}

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

function build({ kind, options, biasOptions, frozenSteps, rates }: Case, pair: Pair): Optimizer {
  const all = pair.parameters();
  const parameters =
    biasOptions === undefined && frozenSteps === undefined
      ? all
      : [
          { parameters: all.filter((_, name) => name === 'weight') },
          {
            parameters: all.filter((_, name) => name === 'bias'),
            ...biasOptions,
            ...(frozenSteps === undefined ? {} : { frozenSteps }),
          },
        ];
  const learningRate = rates === undefined ? options.learningRate : (step: number) => rates[step]!;
  return optim[kind](parameters, { ...options, learningRate });
}

function gradientsAt(step: number): { weight: tf.Tensor; bias: tf.Tensor } {
  const { weight, bias } = reference.gradients[step]!;
  return { weight: tf.tensor2d(weight, [2, 3]), bias: tf.tensor1d(bias) };
}

function eagerly<T>(run: () => T): Promise<Fetched<T>> {
  return compile(run, { name: 'step', eager: true })();
}

/** The values after each step from `first` on. */
async function train(optimizer: Optimizer, pair: Pair, eager: boolean, first = 0): Promise<Values[]> {
  const step = compile(
    (gradients: { weight: tf.Tensor; bias: tf.Tensor }) => {
      optimizer.apply(new Map(Object.entries(gradients)));
    },
    { name: 'step', eager },
  );
  const after: Values[] = [];
  for (let index = first; index < reference.gradients.length; index++) {
    const gradients = gradientsAt(index);
    await step(gradients);
    tf.dispose(gradients);
    after.push(pair.values());
  }
  expect(step.traces).toBe(eager ? 0 : 1);
  step.dispose();
  return after;
}

function expectClose(values: Values, wanted: Values): void {
  for (const name of ['weight', 'bias'] as const) {
    wanted[name].forEach((value, i) => {
      const error = Math.abs(values[name][i]! - value);
      expect(error).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
    });
  }
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('five steps, %s', (_, eager) => {
  it.each(cases)('$kind with $name moves as in PyTorch, on one trace', async (wanted) => {
    const pair = new Pair();
    const optimizer = build(wanted, pair);
    const after = await train(optimizer, pair, eager);
    after.forEach((values, index) => {
      expectClose(values, wanted.after[index]!);
    });
    expect(optimizer.stepCount).toBe(5);
    optimizer.dispose();
    pair.dispose();
  });
});

describe('saved state', () => {
  it.each(cases)('$kind with $name continues bit for bit after two steps', async (wanted) => {
    const whole = new Pair();
    const uninterrupted = await train(build(wanted, whole), whole, false);

    const half = new Pair();
    const first = build(wanted, half);
    for (const index of [0, 1]) {
      await eagerly(() => {
        first.apply(new Map(Object.entries(gradientsAt(index))));
      });
    }
    const state = first.state();
    const rest = new Pair();
    rest.loadStateDict(half.stateDict());
    const second = build(wanted, rest);
    nn.setRandomPosition(0);
    second.restore(state);

    expect(second.stepCount).toBe(2);
    expect(nn.randomPosition()).toBe(2);
    expect(await train(second, rest, false, 2)).toEqual(uninterrupted.slice(2));
  });

  it("has PyTorch's slot names", () => {
    const parameters = new Pair().parameters();
    const slots = (optimizer: Optimizer): string[] => [...optimizer.state().slots.keys()];
    expect(slots(optim.sgd(parameters, { learningRate: 1 }))).toEqual([]);
    expect(slots(optim.sgd(parameters, { learningRate: 1, momentum: 0.9 }))).toEqual([
      'momentum_buffer/weight',
      'momentum_buffer/bias',
    ]);
    expect(slots(optim.adamw(parameters, { learningRate: 1 }))).toEqual([
      'exp_avg/weight',
      'exp_avg/bias',
      'exp_avg_sq/weight',
      'exp_avg_sq/bias',
    ]);
  });

  it('of another optimiser, or of other parameters, is rejected and changes nothing', () => {
    const parameters = new Pair().parameters();
    const adamw = optim.adamw(parameters, { learningRate: 1 });
    const sgd = optim.sgd(parameters, { learningRate: 1, momentum: 0.9 });
    expect(() => {
      sgd.restore(adamw.state());
    }).toThrow(
      "The state of optimizer 'adamw' was given to optim.sgd. " +
        'Resume with the optimizer with which the run was started.',
    );
    const { slots } = sgd.state();
    slots.delete('momentum_buffer/bias');
    expect(() => {
      sgd.restore({ kind: 'sgd', stepCount: 7, slots });
    }).toThrow('The state does not fit optim.sgd: missing: momentum_buffer/bias. Nothing was changed.');
    expect(sgd.stepCount).toBe(0);
  });
});

describe('minimize', () => {
  class Line extends nn.Module {
    readonly slope = nn.parameter(tf.scalar(2));
    readonly unused = nn.parameter(tf.scalar(5));

    forward(x: tf.Tensor): tf.Scalar {
      return tf.mean(tf.mul(x, this.slope));
    }
  }
  const x = (): tf.Tensor => tf.tensor1d([1, 3]);

  it('moves what the loss reaches, and leaves alone what it does not', async () => {
    const line = new Line();
    const optimizer = optim.sgd(line.parameters(), { learningRate: 0.5, weightDecay: 0.1 });
    const before = x();
    const loss = await eagerly(() => optimizer.minimize(() => line.forward(before)));
    expect(loss).toBe(4);
    expect(line.slope.dataSync()[0]).toBeCloseTo(2 - 0.5 * (2 + 0.2), 6);
    expect(line.unused.dataSync()[0]).toBe(5);
  });

  it('leaves frozen parameters alone, momentum and all', async () => {
    const line = new Line();
    const optimizer = optim.adamw(line.parameters(), { learningRate: 0.5 });
    line.unused.trainable = false;
    const step = (): Promise<number> => eagerly(() => optimizer.minimize(() => line.forward(x())));
    await step();
    expect(line.slope.dataSync()[0]).not.toBe(2);
    expect(line.unused.dataSync()[0]).toBe(5);
    line.freeze();
    await expect(step()).rejects.toThrow(
      'All parameters of optim.adamw are frozen. Call unfreeze() on the parameters to be trained.',
    );
  });

  it('keeps no tensor', async () => {
    const line = new Line();
    const optimizer = optim.lars(line.parameters(), { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 });
    const input = x();
    const step = (): Promise<number> => eagerly(() => optimizer.minimize(() => line.forward(input)));
    // The first use of a tensor made from values gives it its native handle.
    await step();
    const before = liveCounts();
    await step();
    expect(liveCounts()).toEqual(before);
  });

  it('reports what is wrong with a loss', () => {
    const line = new Line();
    const optimizer = optim.sgd(line.parameters(), { learningRate: 0.1 });
    expect(() => optimizer.minimize(() => tf.mul<tf.Scalar>(x(), line.slope))).toThrow(
      'The loss has the shape [2]. Gradients are computed of a single number. Return a scalar, for example with tf.mean(...).',
    );
    expect(() => optimizer.minimize(() => tf.scalar(1))).toThrow(
      'The loss has no path to a trainable parameter: it depends on none of optim.sgd, which has slope and unused.',
    );
  });
});

describe('wrong parameters and options', () => {
  it('are named', () => {
    const pair = new Pair();
    const parameters = pair.parameters();
    expect(() => optim.adamw([], { learningRate: 1 })).toThrow(
      'optim.adamw was given no parameters. Pass module.parameters() of a module that has parameters.',
    );
    expect(() => optim.sgd([{ parameters }, { parameters }], { learningRate: 1 })).toThrow(
      "optim.sgd was given the parameter 'weight' twice. State and gradients are identified by name. " +
        'Take all groups from parameters() of one module, and each parameter in one group only.',
    );
    for (const options of [{ momentum: 0 }, { momentum: 0.9, dampening: 0.1 }]) {
      expect(() => optim.lars(parameters, { learningRate: 1, nesterov: true, ...options })).toThrow(
        `optim.lars got nesterov with momentum ${options.momentum} and dampening ${options.dampening ?? 0}. ` +
          "Nesterov's method requires a momentum above 0 and no dampening.",
      );
    }
  });
});

describe('a schedule that asks for the run', () => {
  const learningRate = optim.schedules.linear({ from: 4, to: 1, every: 'epoch' });

  it('reports that there is none in a hand-written loop', async () => {
    const pair = new Pair();
    const optimizer = optim.sgd(pair.parameters(), { learningRate });
    const message =
      'A schedule asks for the number of epochs, but no trainer is running. ' +
      "Set the schedule's number of steps, train with a Trainer, or run the step in " +
      'nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).';
    expect(() => optimizer.learningRates).toThrow(message);
    await expect(train(optimizer, pair, false)).rejects.toThrow(message);
    const gated = optim.sgd([{ parameters: pair.parameters(), frozenEpochs: 1 }], { learningRate: 1 });
    await expect(train(gated, pair, false)).rejects.toThrow(
      'A schedule asks for the epoch, but no trainer is running.',
    );
  });

  it('knows the run that the optimiser was made in', () => {
    const run = {
      epoch: 0,
      maxEpochs: 4,
      totalSteps: 8,
      stepsPerEpoch: 2,
      stepsIn: (epochs: number) => 2 * epochs,
    };
    const pair = new Pair();
    const optimizer = nn.withStepPosition({ step: 0, batchOfUpdate: 0, run }, () =>
      optim.sgd(pair.parameters(), { learningRate }),
    );
    const rates = [0, 1, 2, 3].map((epoch) => {
      run.epoch = epoch;
      return optimizer.learningRates[0];
    });
    expect(rates).toEqual([4, 3, 2, 1]);
  });
});
