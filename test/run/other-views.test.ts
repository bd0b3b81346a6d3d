import * as tf from '@tensorflow/tfjs-core';
import { shippedExperiments } from '../../src/run/shipped-experiments';
import { start } from '../../src/engine';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

it('shipped methods report that the transform makes a different number of views', () => {
  const views = tf.tidy(() => [32, 16, 16].map((size) => tf.zeros<tf.Rank.R4>([2, size, size, 3])));
  const said = shippedExperiments().map(({ name, type }) => {
    const model = new type();
    const messages = [views.slice(0, 1), views].map((given) => {
      try {
        return tf.tidy(() => String(model.trainingStep({ views: given })));
      } catch (error) {
        return (error as Error).message;
      }
    });
    model.dispose();
    return [name, ...messages];
  });
  tf.dispose(views);
  const few = 'but the batch has 1. Choose a transform in data that makes 2';
  const pair = [
    `The method takes 2 views of each image, ${few}.`,
    'The method takes 2 views of each image, but the batch has 3. Choose a transform in data that makes 2.',
  ];
  const multiCrop = [
    `The method takes at least 2 views of each image, ${few} or more.`,
    'The method takes 2 large views before the smaller ones, but the batch has views of 32 × 32, 16 × 16, 16 × 16 pixels. ' +
      'Choose a transform in data whose first 2 views have the same size, which no other view exceeds.',
  ];
  const pairs = ['barlow-twins', 'byol', 'dcl', 'moco', 'nnclr', 'simclr', 'simsiam', 'tico', 'vicreg'];
  const refused = said.filter(([name = '']) => [...pairs, 'dino', 'swav'].includes(name));
  expect(refused).toEqual(
    [...pairs.map((name) => [name, ...pair]), ...['dino', 'swav'].map((name) => [name, ...multiCrop])].sort(
      ([a = ''], [b = '']) => (a < b ? -1 : 1),
    ),
  );
  expect(said.find(([name]) => name === 'fastsiam')?.[1]).toBe(multiCrop[0]);
  expect(said.find(([name]) => name === 'mae')?.[2]).toBe(
    'The method takes 1 view of each image, but the batch has 3. Choose a transform in data that makes 1.',
  );
});
