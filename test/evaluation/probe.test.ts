import type { ModelAccess } from '../../src/contracts';
import type { ProbeOptions } from '../../src/evaluation';
import { ambientSeed, liveCounts, nextInitialisationStream, seedEverything, start } from '../../src/engine';
import { evaluateByProbe } from '../../src/evaluation';
import { FeatureData, identity } from './fakes/feature-data';
import type { Rows } from './fakes/feature-data';

const options: ProbeOptions = {
  epochs: 20,
  learningRate: 0.1,
  batchSize: 16,
  seed: 0,
  standardize: true,
  embedBatchSize: 32,
  trainLimit: null,
  testLimit: null,
};

/** Points around one corner for each class, which a line tells apart, in any scale. */
function corners(samples: number, phase: number, { classes = 4, scale = 1 } = {}): Rows {
  const labels = Array.from({ length: samples }, (_, i) => i % classes);
  const rows = labels.flatMap((label, i) => {
    const angle = (2 * Math.PI * label) / classes;
    const noise = [Math.sin(7 * i + phase), Math.cos(11 * i + phase)];
    return [Math.cos(angle) + 0.2 * (noise[0] ?? 0), Math.sin(angle) + 0.2 * (noise[1] ?? 0)];
  });
  return { rows: Float32Array.from(rows, (value) => value * scale + 3 * scale), labels };
}

function data(shape: { classes?: number; scale?: number } = {}): FeatureData {
  const splits = { train: corners(70, 0, shape), test: corners(40, 1, shape) };
  return new FeatureData('corners', shape.classes ?? 4, 2, splits);
}

beforeAll(() => start());

describe('a linear probe', () => {
  it('separates linearly separable classes, and reports what its figures depend on', async () => {
    const source = data();
    expect(await evaluateByProbe(identity, source, options)).toEqual({
      accuracy: 1,
      accuracyTop5: null,
      trainLoss: expect.any(Number) as number,
      diverged: null,
      epochs: 20,
      learningRate: 0.1,
      batchSize: 16,
      seed: 0,
      standardize: true,
      optimizer: 'sgd',
      momentum: 0.9,
      weightDecay: 0,
      schedule: 'cosine',
      classes: 4,
      data: 'corners',
      trainSamples: 70,
      testSamples: 40,
      featureWidth: 2,
    });
    expect(source.opened).toEqual(['train 32 all', 'test 32 all']);
    expect(source.closed).toBe(2);
  });

  it('also gives the five highest if there are more classes', async () => {
    const { accuracy, accuracyTop5 } = await evaluateByProbe(identity, data({ classes: 8 }), options);
    expect(accuracyTop5).toBeGreaterThan(accuracy ?? 1);
  });

  it('judges features alike in any scale when they are standardised, and does not otherwise', async () => {
    const loss = async (scale: number, standardize: boolean): Promise<number> =>
      (await evaluateByProbe(identity, data({ scale }), { ...options, standardize })).trainLoss ?? NaN;
    expect(await loss(1e-3, true)).toBeCloseTo(await loss(1, true), 4);
    // ln 4: as if nothing had been learnt.
    expect(await loss(1e-3, false)).toBeCloseTo(Math.log(4), 1);
    expect(await loss(1, false)).toBeLessThan((await loss(1e-3, false)) - 0.05);
  });

  it('is a function of its seed alone, and draws nothing that the model would have drawn', async () => {
    seedEverything(9);
    const expected = nextInitialisationStream().word();
    seedEverything(9);
    const before = liveCounts();
    const first = await evaluateByProbe(identity, data(), options);
    expect(liveCounts()).toEqual(before);
    expect(nextInitialisationStream().word()).toBe(expected);
    expect(ambientSeed()).toBe(9);
    expect(await evaluateByProbe(identity, data(), options)).toEqual(first);
    const other = await evaluateByProbe(identity, data(), { ...options, seed: 1 });
    expect(other.trainLoss).not.toBe(first.trainLoss);
  });

  it('uses fewer images, and a smaller batch if there are no more', async () => {
    const source = data();
    const limits = { batchSize: 256, trainLimit: 50, testLimit: 8 };
    expect(await evaluateByProbe(identity, source, { ...options, ...limits })).toMatchObject({
      batchSize: 50,
      trainSamples: 50,
      testSamples: 8,
    });
    expect(source.opened).toEqual(['train 32 50', 'test 32 8']);
  });

  it('gives no figures if features or classifier are not finite, and names which', async () => {
    const broken: ModelAccess = {
      ...identity,
      embed: async ({ images }) => ({ features: new Float32Array(images.size).fill(NaN), width: 2 }),
    };
    expect(await evaluateByProbe(broken, data(), options)).toMatchObject({
      accuracy: null,
      accuracyTop5: null,
      trainLoss: null,
      diverged: 'features',
    });
    const before = liveCounts();
    const wild = { ...options, learningRate: 1e38, standardize: false };
    expect(await evaluateByProbe(identity, data({ scale: 1e6 }), wild)).toMatchObject({
      accuracy: null,
      diverged: 'classifier',
    });
    expect(liveCounts()).toEqual(before);
  });

  it('rejects a split without images', async () => {
    const none = { rows: new Float32Array(0), labels: [] };
    const empty = new FeatureData('corners', 4, 2, { train: corners(70, 0), test: none });
    await expect(evaluateByProbe(identity, empty, options)).rejects.toThrow(
      'The test split of corners contains no images. Features are assessed on held-out images with the help of training images. Use a data set that has both splits.',
    );
  });
});
