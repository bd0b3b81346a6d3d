import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';

beforeAll(() => start({ accelerator: 'cpu' }));

let layer: nn.Linear;
let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  before = liveCounts();
  layer = new nn.Linear(2, 1);
});
afterEach(() => {
  layer.dispose();
  expect(liveCounts()).toEqual(before);
});

const wrong = (value: unknown): never => value as never;
const fromZero = 'Use a number of 0 or more, or a schedule of such numbers.';
const belowOne = 'Use a number from 0 up to, and not including, 1, or a schedule of such numbers.';
const two = 'Use a list of two numbers: the decay of the mean and that of the mean square.';
const learningRate = 0.1;

describe('options that PyTorch rejects', () => {
  it.each<[string, (parameters: nn.ParameterList) => unknown]>([
    [`optim.sgd got learningRate NaN. ${fromZero}`, (p) => optim.sgd(p, { learningRate: NaN })],
    [`optim.sgd got learningRate -1. ${fromZero}`, (p) => optim.sgd(p, { learningRate: -1 })],
    [
      `optim.sgd got learningRate the text "1". ${fromZero}`,
      (p) => optim.sgd(p, { learningRate: wrong('1') }),
    ],
    [`optim.sgd got learningRate undefined. ${fromZero}`, (p) => optim.sgd(p, wrong({}))],
    [`optim.sgd got momentum -0.9. ${fromZero}`, (p) => optim.sgd(p, { learningRate, momentum: -0.9 })],
    [`optim.sgd got weightDecay -1. ${fromZero}`, (p) => optim.sgd(p, { learningRate, weightDecay: -1 })],
    [`optim.lars got weightDecay NaN. ${fromZero}`, (p) => optim.lars(p, { learningRate, weightDecay: NaN })],
    [`optim.lars got epsilon -1. ${fromZero}`, (p) => optim.lars(p, { learningRate, epsilon: -1 })],
    [`optim.adam got betas[1] 2. ${belowOne}`, (p) => optim.adam(p, { learningRate, betas: [0.9, 2] })],
    [`optim.adam got betas[0] 1. ${belowOne}`, (p) => optim.adam(p, { learningRate, betas: [1, 0.9] })],
    [`optim.adamw got betas[0] -1. ${belowOne}`, (p) => optim.adamw(p, { learningRate, betas: [-1, 0.9] })],
    [`optim.adamw got betas 0.9. ${two}`, (p) => optim.adamw(p, { learningRate, betas: wrong(0.9) })],
    [
      `optim.adamw got betas of length 1. ${two}`,
      (p) => optim.adamw(p, { learningRate, betas: wrong([0.9]) }),
    ],
    [`optim.adamw got epsilon -1. ${fromZero}`, (p) => optim.adamw(p, { learningRate, epsilon: -1 })],
    [
      `optim.sgd got weightDecay -2. ${fromZero}`,
      (parameters) => optim.sgd([{ parameters, weightDecay: -2 }], { learningRate }),
    ],
  ])('%s', (message, make) => {
    expect(() => make(layer.parameters())).toThrow(new Error(message));
  });

  it.each<[string, (parameters: nn.ParameterList) => ReturnType<typeof optim.sgd>]>([
    [
      "The schedule of optim.sgd's learningRate returned -1 for the update after 0 updates. Return a number of 0 or more for every step.",
      (p) => optim.sgd(p, { learningRate: () => -1 }),
    ],
    [
      "The schedule of optim.sgd's weightDecay returned -2 for the update after 0 updates. Return a number of 0 or more for every step.",
      (p) => optim.sgd(p, { learningRate, weightDecay: () => -2 }),
    ],
    [
      "The schedule of optim.adam's betas[0] returned 1 for the update after 0 updates. " +
        'Return a number from 0 up to, and not including, 1 for every step.',
      (p) => optim.adam(p, { learningRate, betas: [() => 1, 0.9] }),
    ],
    [
      'A schedule returned NaN for the update after 0 updates. Everything computed from it would become useless. ' +
        'Return a finite number for every step.',
      (p) => optim.sgd(p, { learningRate: () => NaN }),
    ],
  ])('%s', async (message, make) => {
    const optimizer = make(layer.parameters());
    const loss = (): tf.Scalar => tf.sum(layer.forward(tf.ones([1, 2])));
    const step = compile(() => ({ loss: optimizer.minimize(loss) }), { eager: true });
    await expect((async () => step())()).rejects.toThrow(message);
    step.dispose();
    optimizer.dispose();
  });
});

it('a learning rate of 0 is fine, as a number and by a schedule', async () => {
  const old = [...(await layer.weight.data())];
  for (const rate of [0, () => 0]) {
    const optimizer = optim.sgd(layer.parameters(), { learningRate: rate });
    const step = compile(() => ({
      loss: optimizer.minimize(() => tf.sum(layer.forward(tf.ones([1, 2])))),
    }));
    await step();
    step.dispose();
    optimizer.dispose();
  }
  expect([...(await layer.weight.data())]).toEqual(old);
});

it.each<[string, () => unknown]>([
  [
    'A cosine schedule got to undefined. Give a finite number.',
    () => optim.schedules.cosine(wrong({ from: 1 })),
  ],
  [
    'A linear schedule got from NaN. Give a finite number.',
    () => optim.schedules.linear({ from: NaN, to: 1 }),
  ],
  [
    'A linear warm-up schedule got to undefined. Give a finite number.',
    () => optim.schedules.linearWarmup(wrong({ steps: 2 })),
  ],
  [
    'A cosine schedule got learningRate Infinity. Give a finite number.',
    () => optim.schedules.cosine({ learningRate: Infinity, totalSteps: 3 }),
  ],
  [
    'A step schedule got factor NaN. Give a finite number.',
    () => optim.schedules.step({ learningRate, every: 1, factor: NaN }),
  ],
  ['A constant schedule got learningRate NaN. Give a finite number.', () => optim.schedules.constant(NaN)],
])('%s', (message, make) => {
  expect(make).toThrow(new Error(message));
});

it('a rule with an empty match is rejected', () => {
  expect(() => optim.groups(layer, [{ match: [], weightDecay: 0 }])).toThrow(
    new Error(
      'Rule 1 of optim.groups has an empty list as its match. It would apply to no parameter. ' +
        'Add the names of the parameters to which it applies, or remove the rule.',
    ),
  );
});
