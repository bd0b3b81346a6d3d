import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

class Head extends nn.Module {
  readonly hidden = new nn.Linear(3, 4);
  readonly norm = new nn.BatchNorm1d(4);
  readonly lastLayer = new nn.Linear(4, 2);
  readonly clsToken = nn.parameter(tf.zeros([1, 1, 4]));

  forward(): void {
    // Only its parameters are wanted.
  }
}

function described(groups: readonly optim.ParameterGroup<optim.GroupOptions>[]) {
  return groups.map(({ parameters, ...options }) => ({
    names: parameters.entries().map(([name]) => name),
    ...options,
  }));
}

it('biases and norms have no weight decay, and what is named besides', () => {
  const head = new Head();
  const decayed = ['cls_token', 'hidden.weight', 'last_layer.weight'];
  const others = ['hidden.bias', 'norm.weight', 'norm.bias', 'last_layer.bias'];
  const sorted = (groups: ReturnType<typeof described>) =>
    groups.map(({ names, ...options }) => ({ names: [...names].sort(), ...options }));
  expect(sorted(described(optim.noDecay(head)))).toEqual([
    { names: decayed },
    { names: [...others].sort(), weightDecay: 0 },
  ]);
  expect(sorted(described(optim.noDecay(head.parameters(), { also: ['cls_token'] })))).toEqual([
    { names: decayed.slice(1) },
    { names: ['cls_token', ...others].sort(), weightDecay: 0 },
  ]);
  head.dispose();
});

it('rules combine, whatever their order', () => {
  const head = new Head();
  const rules: optim.GroupRule[] = [
    { match: optim.isBiasOrNorm, weightDecay: 0 },
    { match: 'last_layer', frozenEpochs: 1 },
    { match: /^hidden\./g, learningRate: 0.5 },
  ];
  const groups = described(optim.groups(head, rules));
  const byNames = (list: typeof groups) =>
    new Map(list.map(({ names, ...options }) => [names.join(), options]));
  expect(byNames(groups)).toEqual(
    new Map<string, object>([
      ['cls_token', {}],
      ['norm.weight,norm.bias', { weightDecay: 0 }],
      ['last_layer.bias', { weightDecay: 0, frozenEpochs: 1 }],
      ['hidden.bias', { weightDecay: 0, learningRate: 0.5 }],
      ['last_layer.weight', { frozenEpochs: 1 }],
      ['hidden.weight', { learningRate: 0.5 }],
    ]),
  );
  expect(byNames(described(optim.groups(head, [...rules].reverse())))).toEqual(byNames(groups));
  expect(optim.sgd(optim.groups(head, rules), { learningRate: 0.1 }).learningRates).toEqual([
    0.1, 0.1, 0.1, 0.5, 0.1, 0.5,
  ]);
  head.dispose();
});

it('a rule that matches nothing is rejected', () => {
  const head = new Head();
  expect(() =>
    optim.groups(head, [
      { match: optim.isBiasOrNorm, weightDecay: 0 },
      { match: 'last', frozenEpochs: 1 },
    ]),
  ).toThrow(
    "Rule 2 of optim.groups matches no parameter with 'last'. There are cls_token, hidden.* (2), norm.* (2) and last_layer.* (2). " +
      "Use the state dict's names, as stateDict() returns them, or remove the rule.",
  );
  expect(() => optim.groups(head, [{ match: /lastLayer/, frozenEpochs: 1 }])).toThrow(
    'Rule 1 of optim.groups matches no parameter with /lastLayer/.',
  );
  expect(() => optim.groups(head, [{ match: () => false, weightDecay: 0 }])).toThrow(
    'Rule 1 of optim.groups matches no parameter with its test.',
  );
  expect(() => optim.noDecay(head, { also: ['pos_embed'] })).toThrow(
    "Rule 1 of optim.groups matches no parameter with 'pos_embed'.",
  );
  head.dispose();
});

it('two rules that give one parameter the same option are rejected', () => {
  const head = new Head();
  expect(() =>
    optim.groups(head, [
      { match: optim.isBiasOrNorm, weightDecay: 0 },
      { match: 'norm', weightDecay: 0.1 },
    ]),
  ).toThrow(
    "Rules 1 and 2 of optim.groups both set weightDecay of the parameter 'norm.weight'. It is not clear which of the two applies. " +
      'Narrow one of them, so that a parameter has each option from only one rule.',
  );
  head.dispose();
});

it('an option that the optimiser does not have, and a gate of no length, are rejected', () => {
  const head = new Head();
  expect(() =>
    optim.sgd(optim.groups(head, [{ match: 'hidden', betas: [0.9, 0.99] }]), { learningRate: 1 }),
  ).toThrow(
    "A group of optim.sgd has an option 'betas', which optim.sgd does not have. " +
      'Its options are learningRate, momentum, dampening, nesterov, weightDecay.',
  );
  const misspelt = [{ parameters: head.parameters(), weigthDecay: 0 }];
  expect(() => optim.adamw(misspelt, { learningRate: 1 })).toThrow(
    "A group of optim.adamw has an option 'weigthDecay', which optim.adamw does not have. Did you mean weightDecay?",
  );
  expect(() =>
    optim.sgd(optim.groups(head, [{ match: 'hidden', frozenEpochs: 0.5 }]), { learningRate: 1 }),
  ).toThrow('A group of optim.sgd has frozenEpochs 0.5. Use a whole number of 0 or more.');
  head.dispose();
});

it('rules accept the same name patterns as freeze', () => {
  const head = new Head();
  const matched = (match: optim.ParameterMatch) =>
    described(optim.groups(head, [{ match, learningRate: 1 }]))
      .filter((group) => 'learningRate' in group)
      .flatMap(({ names }) => names);
  expect(matched('hidden.*')).toEqual(['hidden.weight', 'hidden.bias']);
  expect(matched('*.bias')).toEqual(['hidden.bias', 'norm.bias', 'last_layer.bias']);
  expect(matched('last*')).toEqual(['last_layer.weight', 'last_layer.bias']);
  expect(matched('norm')).toEqual(['norm.weight', 'norm.bias']);
  expect(matched(/bias$/g)).toEqual(['hidden.bias', 'norm.bias', 'last_layer.bias']);
  head.dispose();
});
