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
  ] as const)('%s names both shapes where they do not fit', (name, loss) => {
    expect(calling(() => loss(rows(4), rows(5)))).toThrow(
      `${name} got a of shape [4, 3] and b of shape [5, 3]. Give two tensors of the same shape [batch, features].`,
    );
  });

  it.each([
    ['ntXent', losses.ntXent, 'There is no other one to tell it from.'],
    ['dcl', losses.dcl, 'There is no other one to tell it from.'],
    ['dclw', losses.dclw, 'There is no other one to tell it from.'],
    ['barlowTwins', losses.barlowTwins, 'Its features have no variance.'],
    ['vicReg', losses.vicReg, 'Its features have no variance.'],
  ] as const)('%s refuses one sample', (name, loss, why) => {
    expect(calling(() => loss(rows(1), rows(1)))).toThrow(
      `${name} got a batch of one sample. ${why} Train with a batch size of 2 or more.`,
    );
    expect(calling(() => loss(rows(1), rows(1), { gather: false }))).toThrow(
      `${name} got a batch of one sample. ${why} Train with a batch size of 2 or more per rank.`,
    );
  });

  it.each([0, -0.1, NaN, Infinity])('refuses a temperature of %s', (temperature) => {
    expect(calling(() => losses.ntXent(rows(4), rows(4), { temperature }))).toThrow(
      `ntXent got temperature ${temperature}. Give a number greater than 0.`,
    );
  });
});

it('ntXentAgainst tells of a bank of other features', () => {
  expect(calling(() => losses.ntXentAgainst(rows(4), rows(4), rows(9, 2)))).toThrow(
    'ntXentAgainst got queries of shape [4, 3] and a bank of shape [9, 2]. ' +
      'Give a bank of shape [size, features] with as many features as the queries.',
  );
});

it('koLeo refuses one sample and other shapes', () => {
  expect(calling(() => losses.koLeo(rows(1)))).toThrow(
    'koLeo got a batch of one sample. It has no neighbour. Train with a batch size of 2 or more.',
  );
  expect(calling(() => losses.koLeo(tf.zeros([2, 3, 4]) as unknown as tf.Tensor2D))).toThrow(
    'koLeo got rows of shape [2, 3, 4]. Give a tensor of shape [batch, features].',
  );
});

it('swaV refuses one view, small views alone, and views of other shapes', () => {
  const fix = 'Give two views or more, of which one at least is large.';
  const why = 'It predicts the codes of a large view from another view.';
  expect(calling(() => losses.swaV([rows(4)], []))).toThrow(
    `swaV got 1 large and 0 small views. ${why} ${fix}`,
  );
  expect(calling(() => losses.swaV([], [rows(4), rows(4)]))).toThrow(
    `swaV got 0 large and 2 small views. ${why} ${fix}`,
  );
  expect(calling(() => losses.swaV([rows(4), rows(4)], [rows(2)]))).toThrow(
    'swaV got views of shape [4, 3], [4, 3], [2, 3]. Give tensors of one shape [batch, prototypes].',
  );
  expect(calling(() => losses.swaV([rows(4)], [rows(4)], { sinkhornIterations: 0 }))).toThrow(
    'swaV got sinkhornIterations 0. Give a number greater than 0.',
  );
});

it('maePatchLoss tells of shapes that do not fit, and of patches that have no deviation', () => {
  expect(calling(() => losses.maePatchLoss(tf.zeros([2, 3, 4]), tf.zeros([2, 3, 5])))).toThrow(
    'maePatchLoss got predictions of shape [2, 3, 4] and targets of shape [2, 3, 5]. ' +
      'Give two tensors of the same shape [batch, patches, pixels].',
  );
  const one = (): tf.Tensor3D => tf.zeros([2, 3, 1]);
  expect(calling(() => losses.maePatchLoss(tf.zeros([2, 0, 4]), tf.zeros([2, 0, 4])))).toThrow(
    'maePatchLoss got no patches: predictions and targets of shape [2, 0, 4]. A mean of no numbers is not defined. Mask one ' +
      'patch of each image at least.',
  );
  expect(calling(() => losses.maePatchLoss(one(), one(), { normalize: true }))).toThrow(
    'maePatchLoss got patches of one number, [2, 3, 1], to be normalised. Their deviation is not defined. Leave normalize out.',
  );
});

describe('TiCo', () => {
  it('refuses one sample, other features, and a beta beyond 1', () => {
    const loss = new losses.TiCo({ features: 3 });
    expect(calling(() => loss.forward(rows(1), rows(1)))).toThrow(
      'TiCo got a batch of one sample. Its features have no covariance. Train with a batch size of 2 or more.',
    );
    expect(calling(() => loss.forward(rows(4, 2), rows(4, 2)))).toThrow(
      'TiCo of 3 features got a and b of shape [4, 2]. Make it with features: 2.',
    );
    loss.dispose();
    expect(() => new losses.TiCo({ features: 3, beta: 1.1 })).toThrow(
      'TiCo got beta 1.1. Give a number from 0 to 1.',
    );
  });
});

describe('Dino', () => {
  it('refuses views of which no two differ, other features and options out of range', () => {
    const loss = new losses.Dino({ outFeatures: 3 });
    expect(calling(() => loss.forward([rows(4)], [rows(4)]))).toThrow(
      'Dino got 1 views of the teacher and 1 of the student. A view is not compared with itself. ' +
        'Give two views or more to one of them, and one at least to the other.',
    );
    expect(calling(() => loss.forward([rows(4, 2)], [rows(4, 2), rows(4, 2)]))).toThrow(
      'Dino of 3 features got views of shape [4, 2]. Make it with outFeatures: 2.',
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
