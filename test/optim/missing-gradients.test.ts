import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../../src/contracts';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import given from './data/optimizers.json';
import reference from './data/missing-gradients.json';

type Name = 'weight' | 'bias';
type Values = Record<Name, number[]>;

interface Case {
  readonly name: string;
  readonly kind: 'sgd' | 'adamw' | 'lars';
  readonly options: optim.SgdOptions;
  readonly biasOptions?: Partial<optim.SgdOptions>;
  readonly rates?: readonly number[];
}

const cases = (given.cases as unknown as Case[]).map((one, index) => ({
  ...one,
  wanted: reference.cases[index]!.after,
}));

class Pair extends nn.Module {
  readonly weight = nn.parameter(tf.tensor2d(given.initial.weight, [2, 3]));
  readonly bias = nn.parameter(tf.tensor1d(given.initial.bias));

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

function build({ kind, options, biasOptions, rates }: Case, pair: Pair): Optimizer {
  const all = pair.parameters();
  const only = (wanted: Name): nn.ParameterList => all.filter((_, name) => name === wanted);
  const parameters =
    biasOptions === undefined
      ? all
      : [{ parameters: only('weight') }, { parameters: only('bias'), ...biasOptions }];
  const learningRate = rates === undefined ? options.learningRate : (step: number) => rates[step]!;
  return optim[kind](parameters, { ...options, learningRate });
}

/** The gradients of a step; some steps have none of one of the two. */
function gradientsAt(step: number): Partial<Record<Name, tf.Tensor>> {
  const { weight, bias } = given.gradients[step]!;
  const lacks = (name: Name): boolean => reference.missing[name].includes(step);
  return {
    ...(lacks('weight') ? {} : { weight: tf.tensor2d(weight, [2, 3]) }),
    ...(lacks('bias') ? {} : { bias: tf.tensor1d(bias) }),
  };
}

function stepOf(optimizer: Optimizer, eager: boolean) {
  return compile(
    (gradients: Partial<Record<Name, tf.Tensor>>) => {
      optimizer.apply(new Map(Object.entries(gradients)));
    },
    { name: 'step', eager, onRetrace: () => undefined },
  );
}

async function train(optimizer: Optimizer, pair: Pair, eager: boolean, from = 0, to = 5): Promise<Values[]> {
  const step = stepOf(optimizer, eager);
  const after: Values[] = [];
  for (let index = from; index < to; index++) {
    const gradients = gradientsAt(index);
    await step(gradients);
    tf.dispose(Object.values(gradients));
    after.push(pair.values());
  }
  step.dispose();
  return after;
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('parameters that some steps give no gradient, %s', (_, eager) => {
  it.each(cases)('$kind with $name leaves them alone as PyTorch does', async ({ wanted, ...one }) => {
    const pair = new Pair();
    const optimizer = build(one, pair);
    const after = await train(optimizer, pair, eager);
    after.forEach((values, index) => {
      for (const name of ['weight', 'bias'] as const) {
        wanted[index]![name].forEach((value, i) => {
          expect(Math.abs(values[name][i]! - value)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
        });
      }
    });
    expect(optimizer.stepCount).toBe(5);
    optimizer.dispose();
    pair.dispose();
  });

  it.each(cases)(
    '$kind with $name continues with them bit for bit from saved state',
    async ({ wanted, ...one }) => {
      const pair = new Pair();
      const optimizer = build(one, pair);
      const whole = await train(optimizer, pair, eager);
      expect(optimizer.state().missed).toEqual({ weight: 2, bias: 1 });
      expect(whole).toHaveLength(wanted.length);

      for (const stop of [1, 3, 4]) {
        const half = new Pair();
        const first = build(one, half);
        await train(first, half, eager, 0, stop);
        const rest = new Pair();
        rest.loadStateDict(half.stateDict());
        const second = build(one, rest);
        second.restore(first.state());
        expect(await train(second, rest, eager, stop)).toEqual(whole.slice(stop));
      }
    },
  );

  it('leaves slots untouched, too, and keeps no tensor', async () => {
    const pair = new Pair();
    const optimizer = optim.adamw(pair.parameters(), { learningRate: 0.1 });
    const step = stepOf(optimizer, eager);
    const weight = tf.ones([2, 3]);
    await step({ weight });
    const slots = (): Record<string, number[]> =>
      Object.fromEntries(
        [...optimizer.state().slots].map(([name, { data }]) => [name, Array.from(data, Number)]),
      );
    const counts = liveCounts();
    await step({ weight });
    expect(liveCounts()).toEqual(counts);
    expect(slots()['exp_avg/bias']).toEqual([0, 0]);
    expect(slots()['exp_avg_sq/bias']).toEqual([0, 0]);
    expect(slots()['exp_avg/weight']).not.toEqual([0, 0, 0, 0, 0, 0]);
    expect(pair.values().bias).toEqual([...Float32Array.from(given.initial.bias)]);
    step.dispose();
  });
});

it('a frozen parameter that is trained later begins as if it were new', async () => {
  const late = new Pair();
  late.bias.trainable = false;
  const optimizer = optim.adamw(late.parameters(), { learningRate: 0.1 });
  const both = (): Record<Name, tf.Tensor> => ({ weight: tf.ones([2, 3]), bias: tf.tensor1d([1, -2]) });
  for (let index = 0; index < 3; index++) await stepOf(optimizer, true)(both());
  late.bias.trainable = true;
  await stepOf(optimizer, true)(both());

  const fresh = new Pair();
  await stepOf(optim.adamw(fresh.parameters(), { learningRate: 0.1 }), true)(both());
  expect(late.values().bias).toEqual(fresh.values().bias);
});

it('a compiled step whose parameters were updated together, and separately by others, is rejected', async () => {
  const pair = new Pair();
  const optimizer = optim.adamw(pair.parameters(), { learningRate: 0.1 });
  const step = stepOf(optimizer, false);
  const [weight, bias] = [tf.ones([2, 3]), tf.ones([2])];
  await step({ weight, bias });
  await step({ weight });
  await expect(step({ weight, bias })).rejects.toThrow(
    "optim.adamw has updated the parameter 'weight' another number of times than 'bias' since the step was traced. " +
      'Steps for batches of different shapes reach different parameters, or some were frozen in between. ' +
      'Reach the same parameters in every step, and freeze them before the first one.',
  );
  expect(optimizer.stepCount).toBe(2);
});
