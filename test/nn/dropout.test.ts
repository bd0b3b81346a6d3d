import * as tf from '@tensorflow/tfjs-core';
import { compile, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeEach(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
  nn.setRandomPosition(0);
});

const ones = (): tf.Tensor1D => tf.ones([10_000]);

function draw(layer: nn.Dropout, eager: boolean): Promise<tf.Tensor1D> {
  return compile((x: tf.Tensor1D) => layer.forward(x), { name: 'drop', eager })(ones());
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('%s', (_, eager) => {
  it('zeroes the requested share and scales the rest', async () => {
    const values = [...(await draw(new nn.Dropout(0.25), eager)).dataSync()];
    const dropped = values.filter((value) => value === 0).length;
    // Five deviations of a binomial count.
    expect(Math.abs(dropped - 2500)).toBeLessThan(5 * Math.sqrt(10_000 * 0.25 * 0.75));
    expect(new Set(values.filter((value) => value !== 0))).toEqual(new Set([Math.fround(4 / 3)]));
  });

  it('draws again at every call, layer and position in training, and the same for the same three', async () => {
    const layer = new nn.Dropout();
    const run = compile((x: tf.Tensor1D) => layer.forward(x), { name: 'drop', eager });
    const first = (await run(ones())).dataSync();
    const second = (await run(ones())).dataSync();
    const ofOther = (await draw(new nn.Dropout(), eager)).dataSync();
    nn.setRandomPosition(1);
    const later = (await run(ones())).dataSync();
    const all = [first, second, ofOther, later].map(String);
    expect(new Set(all).size).toBe(4);

    await start({ seed: 1 });
    nn.setRandomPosition(1);
    expect((await draw(new nn.Dropout(), eager)).dataSync()).toEqual(later);
  });
});

it('draws the same compiled and eager', async () => {
  const compiled = (await draw(new nn.Dropout(), false)).dataSync();
  await start({ seed: 1 });
  nn.setRandomPosition(1);
  nn.setRandomPosition(0);
  expect((await draw(new nn.Dropout(), true)).dataSync()).toEqual(compiled);
});

it('does nothing in evaluation, or at probability 0', () => {
  const x = ones();
  expect(new nn.Dropout(0.5).eval().forward(x)).toBe(x);
  expect(new nn.Dropout(0).forward(x)).toBe(x);
});

it('reports which probabilities it accepts', () => {
  for (const probability of [-0.1, 1, NaN]) {
    expect(() => new nn.Dropout(probability)).toThrow(
      `Dropout got the probability ${probability}. Give a number from 0 up to, and not including, 1.`,
    );
  }
});
