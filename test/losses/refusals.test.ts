import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import * as losses from '../../src/losses';

beforeAll(() => start({ accelerator: 'cpu' }));

const rows = (batch: number, features = 3): tf.Tensor2D => tf.zeros([batch, features]);
/** Runs a loss of tensors that are freed afterwards. */
const calling = (run: () => unknown) => () => {
  tf.tidy(() => void run());
};

describe('a loss of two views', () => {
  it.each([
    ['ntXent', losses.ntXent],
    ['dcl', losses.dcl],
    ['dclw', losses.dclw],
    ['barlowTwins', losses.barlowTwins],
    ['vicReg', losses.vicReg],
  ] as const)('%s names both shapes if they do not fit', (name, loss) => {
    expect(calling(() => loss(rows(4), rows(5)))).toThrow(
      `${name} got a of shape [4, 3] and b of shape [5, 3]. Pass two tensors of the same shape [batch, features].`,
    );
  });

  it.each([
    ['ntXent', losses.ntXent, 'There is no other sample from which to distinguish it.'],
    ['dcl', losses.dcl, 'There is no other sample from which to distinguish it.'],
    ['dclw', losses.dclw, 'There is no other sample from which to distinguish it.'],
    ['barlowTwins', losses.barlowTwins, 'Its features have no variance.'],
    ['vicReg', losses.vicReg, 'Its features have no variance.'],
  ] as const)('%s rejects one sample', (name, loss, why) => {
    expect(calling(() => loss(rows(1), rows(1)))).toThrow(
      `${name} got a batch of one sample. ${why} Train with a batch size of 2 or more.`,
    );
    expect(calling(() => loss(rows(1), rows(1), { gather: false }))).toThrow(
      `${name} got a batch of one sample. ${why} Train with a batch size of 2 or more per rank.`,
    );
  });

  it.each([0, -0.1, NaN, Infinity])('rejects a temperature of %s', (temperature) => {
    expect(calling(() => losses.ntXent(rows(4), rows(4), { temperature }))).toThrow(
      `ntXent got temperature ${temperature}. Give a number greater than 0.`,
    );
  });
});

it('ntXentAgainst reports a bank of other features', () => {
  expect(calling(() => losses.ntXentAgainst(rows(4), rows(4), rows(9, 2)))).toThrow(
    'ntXentAgainst got queries of shape [4, 3] and a bank of shape [9, 2]. ' +
      'Pass a bank of shape [size, features] with as many features as the queries.',
  );
});

it('koLeo rejects one sample and other shapes', () => {
  expect(calling(() => losses.koLeo(rows(1)))).toThrow(
    'koLeo got a batch of one sample. It has no neighbour. Train with a batch size of 2 or more.',
  );
  expect(calling(() => losses.koLeo(tf.zeros([2, 3, 4]) as unknown as tf.Tensor2D))).toThrow(
    'koLeo got rows of shape [2, 3, 4]. Pass a tensor of shape [batch, features].',
  );
});

it('swaV rejects one view, small views alone, and views of other shapes', () => {
  const fix = 'Pass two or more views, at least one of which is large.';
  const why = 'It predicts the codes of a large view from another view.';
  expect(calling(() => losses.swaV([rows(4)], []))).toThrow(
    `swaV got 1 large and 0 small views. ${why} ${fix}`,
  );
  expect(calling(() => losses.swaV([], [rows(4), rows(4)]))).toThrow(
    `swaV got 0 large and 2 small views. ${why} ${fix}`,
  );
  expect(calling(() => losses.swaV([rows(4), rows(4)], [rows(2)]))).toThrow(
    'swaV got views of shape [4, 3], [4, 3], [2, 3]. Pass tensors of the same shape [batch, prototypes].',
  );
  expect(calling(() => losses.swaV([rows(4)], [rows(4)], { sinkhornIterations: 0 }))).toThrow(
    'swaV got sinkhornIterations 0. Give a whole number of 1 or more.',
  );
});

it('maePatchLoss reports shapes that do not fit, and of patches that have no deviation', () => {
  expect(calling(() => losses.maePatchLoss(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 5])))).toThrow(
    'maePatchLoss got predictions of shape [2, 3, 4] and targets of shape [2, 3, 5]. ' +
      'Pass two tensors of the same shape [batch, patches, pixels].',
  );
  const one = (): tf.Tensor3D => tf.zeros([2, 3, 1]);
  expect(calling(() => losses.maePatchLoss(tf.zeros([2, 0, 4]), tf.zeros([2, 0, 4])))).toThrow(
    'maePatchLoss got no patches: predictions and targets of shape [2, 0, 4]. A mean of no numbers is not defined. Mask at least one patch of each image.',
  );
  expect(calling(() => losses.maePatchLoss(one(), one(), { normalize: true }))).toThrow(
    'maePatchLoss cannot normalise patches of one number, [2, 3, 1]. Their standard deviation is not defined. Remove normalize.',
  );
});

describe('TiCo', () => {
  it('rejects one sample, other features, and a beta beyond 1', () => {
    const loss = new losses.TiCo({ features: 3 });
    expect(calling(() => loss.forward(rows(1), rows(1)))).toThrow(
      'TiCo got a batch of one sample. Its features have no covariance. Train with a batch size of 2 or more.',
    );
    expect(calling(() => loss.forward(rows(4, 2), rows(4, 2)))).toThrow(
      'TiCo of 3 features got a and b of shape [4, 2]. Create it with features: 2.',
    );
    loss.dispose();
    expect(() => new losses.TiCo({ features: 3, beta: 1.1 })).toThrow(
      'TiCo got beta 1.1. Give a number from 0 to 1.',
    );
  });
});

describe('Dino', () => {
  it('rejects views of which no two differ, other features and options out of range', () => {
    const loss = new losses.Dino({ outFeatures: 3 });
    expect(calling(() => loss.forward([rows(4)], [rows(4)]))).toThrow(
      'Dino got 1 view of the teacher and 1 of the student. A view is not compared with itself. ' +
        'Pass two or more views to one of them, and at least one to the other.',
    );
    expect(calling(() => loss.forward([rows(4, 2)], [rows(4, 2), rows(4, 2)]))).toThrow(
      'Dino of 3 features got views of shape [4, 2]. Create it with outFeatures: 2.',
    );
    loss.dispose();
    expect(() => new losses.Dino({ centerMomentum: 2 })).toThrow(
      'Dino got centerMomentum 2. Give a number from 0 to 1.',
    );
    expect(() => new losses.Dino({ studentTemp: 0 })).toThrow(
      'Dino got studentTemp 0. Give a number greater than 0.',
    );
  });
});

describe('meaningless numbers', () => {
  const weight = 'Give a number of 0 or more.';
  const count = 'Give a whole number of 1 or more.';
  const share = 'Give a number from 0 to 1.';
  it.each<[string, () => unknown]>([
    [`barlowTwins got lambda NaN. ${weight}`, () => losses.barlowTwins(rows(4), rows(4), { lambda: NaN })],
    [`barlowTwins got lambda -7. ${weight}`, () => losses.barlowTwins(rows(4), rows(4), { lambda: -7 })],
    [`vicReg got eps -1. ${weight}`, () => losses.vicReg(rows(4), rows(4), { eps: -1 })],
    [`vicReg got mu Infinity. ${weight}`, () => losses.vicReg(rows(4), rows(4), { mu: Infinity })],
    [
      `swaV got sinkhornIterations 1.5. ${count}`,
      () => losses.swaV([rows(4)], [rows(4)], { sinkhornIterations: 1.5 }),
    ],
    [`TiCo got rho NaN. ${weight}`, () => new losses.TiCo({ features: 3, rho: NaN })],
    [`TiCo got beta NaN. ${share}`, () => new losses.TiCo({ features: 3, beta: NaN })],
    [`TiCo got features 0. ${count}`, () => new losses.TiCo({ features: 0 })],
    [`Dino got outFeatures 0. ${count}`, () => new losses.Dino({ outFeatures: 0 })],
  ])('%s', (message, run) => {
    expect(calling(run)).toThrow(new Error(message));
  });

  it('weights of 0 are fine', () => {
    expect(calling(() => losses.barlowTwins(rows(4), rows(4), { lambda: 0 }))).not.toThrow();
    expect(calling(() => losses.vicReg(rows(4), rows(4), { lambda: 0, mu: 0, nu: 0 }))).not.toThrow();
  });
});

describe('values of another kind', () => {
  const tensor = 'Pass a tensor of shape [batch, features].';
  const list = 'Pass a list of tensors of shape [batch, prototypes], even for one view.';
  const wrong = (value: unknown): never => value as never;
  it.each<[string, () => unknown]>([
    [
      'ntXent got temperature the text "0.5". Give a number greater than 0.',
      () => losses.ntXent(rows(4), rows(4), { temperature: wrong('0.5') }),
    ],
    [
      'dcl got temperature a tensor of shape [2]. Give a number greater than 0.',
      () => losses.dcl(rows(4), rows(4), { temperature: wrong(tf.ones([2])) }),
    ],
    [`ntXent got a list as a. ${tensor}`, () => losses.ntXent(wrong([rows(4)]), rows(4))],
    [
      `negativeCosineSimilarity got undefined as z. ${tensor}`,
      () => losses.negativeCosineSimilarity(rows(4), wrong(undefined)),
    ],
    [`koLeo got an object as rows. ${tensor}`, () => losses.koLeo(wrong({}))],
    [
      'ntXentAgainst got a FeatureQueue as bank. Pass a tensor of shape [size, features].',
      () => losses.ntXentAgainst(rows(4), rows(4), wrong(new (class FeatureQueue {})())),
    ],
    [
      'maePatchLoss got a list as targets. Pass a tensor of shape [batch, patches, pixels].',
      () => losses.maePatchLoss(tf.zeros([2, 3, 4]), wrong([])),
    ],
    [
      `swaV got a tensor of shape [4, 3] instead of a list of the large views. ${list}`,
      () => losses.swaV(wrong(rows(4)), wrong(rows(4))),
    ],
    [
      'swaV got undefined as one of the small views. Pass a tensor of shape [batch, prototypes].',
      () => losses.swaV([rows(4)], [wrong(undefined)]),
    ],
  ])('%s', (message, run) => {
    expect(calling(run)).toThrow(new Error(message));
  });

  it('Dino wants lists of views', () => {
    const loss = new losses.Dino({ outFeatures: 3 });
    expect(calling(() => loss.forward([rows(4)], wrong(rows(4))))).toThrow(
      new Error(
        "Dino got a tensor of shape [4, 3] instead of a list of the student's views. " +
          'Pass a list of tensors of shape [batch, 3], even for one view.',
      ),
    );
    loss.dispose();
  });
});
