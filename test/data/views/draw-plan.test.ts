import { drawPlan } from '../../../src/data/views/draw-plan';
import { fastSiam } from '../../../src/data/views';
import type { FastSiamOptions } from '../../../src/data/views';
import type { ViewPlan } from '../../../src/data/views/view-plan';
import { RandomStream } from '../../../src/engine/random';

const DRAWS = 4000;

function drawMany(options: FastSiamOptions, width: number, height: number, draws = DRAWS): ViewPlan[] {
  const [view] = fastSiam({ numViews: 1, ...options }).list;
  return Array.from({ length: draws }, (_, index) =>
    drawPlan(new RandomStream(7, 'view', [0, index, 0]), { width, height }, view!),
  );
}

function share(plans: readonly ViewPlan[], holds: (plan: ViewPlan) => boolean): number {
  return plans.filter(holds).length / plans.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// Four standard deviations of a share at its widest: 2 / sqrt(4000).
const CLOSE = 0.032;

describe('the draws of a FastSiam view', () => {
  const plans = drawMany({}, 32, 32);

  it("happen with lightly's default probabilities", () => {
    expect(Math.abs(share(plans, (plan) => plan.horizontalFlip) - 0.5)).toBeLessThan(CLOSE);
    expect(Math.abs(share(plans, (plan) => plan.jitter.length > 0) - 0.8)).toBeLessThan(CLOSE);
    expect(Math.abs(share(plans, (plan) => plan.grayscale) - 0.2)).toBeLessThan(CLOSE);
    expect(Math.abs(share(plans, (plan) => plan.blurSigma > 0) - 0.5)).toBeLessThan(CLOSE);
    expect(share(plans, (plan) => plan.verticalFlip || plan.rotation !== 0)).toBe(0);
  });

  it('are independent of one another', () => {
    const flipped = plans.filter((plan) => plan.horizontalFlip);
    const gray = plans.filter((plan) => plan.grayscale);

    expect(Math.abs(share(flipped, (plan) => plan.blurSigma > 0) - 0.5)).toBeLessThan(0.05);
    expect(Math.abs(share(gray, (plan) => plan.jitter.length > 0) - 0.8)).toBeLessThan(0.06);
  });

  it.each([
    ['brightness', 0.6, 1.4],
    ['contrast', 0.6, 1.4],
    ['saturation', 0.6, 1.4],
    ['hue', -0.1, 0.1],
  ])('spread the factor of %s evenly from %d to %d', (operation, low, high) => {
    const factors = plans.flatMap(({ jitter }) => jitter.filter((step) => step.operation === operation));
    const places = factors.map(({ factor }) => (factor - low) / (high - low));

    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThan(1);
    expect(Math.abs(mean(places) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(mean(places.map((place) => (place - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.005);
  });

  it('put the four jitter operations in each of their 24 orders equally often', () => {
    const jittered = plans.filter(({ jitter }) => jitter.length > 0);
    const counts = new Map<string, number>();
    for (const { jitter } of jittered) {
      const order = jitter.map(({ operation }) => operation).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }

    expect(counts.size).toBe(24);
    // Four standard deviations around an expected 133.
    expect(Math.min(...counts.values())).toBeGreaterThan(jittered.length / 24 - 46);
    expect(Math.max(...counts.values())).toBeLessThan(jittered.length / 24 + 46);
  });

  it('spread the blur evenly from 0.1 to 2', () => {
    const places = plans
      .filter(({ blurSigma }) => blurSigma > 0)
      .map(({ blurSigma }) => (blurSigma - 0.1) / 1.9);

    expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...places)).toBeLessThan(1);
    expect(Math.abs(mean(places) - 0.5)).toBeLessThan(0.03);
  });

  it('crop 0.2 to 1 of the area, with an even spread of log aspects from 3/4 to 4/3, everywhere in the image', () => {
    const crops = drawMany({}, 2000, 1500).map(({ crop }) => crop!);
    const areas = crops.map(({ height, width }) => (height * width) / 3e6);
    const aspects = crops.map(({ height, width }) => Math.log(width / height));

    expect(Math.min(...areas)).toBeGreaterThan(0.199);
    expect(Math.min(...areas)).toBeLessThan(0.22);
    expect(Math.max(...areas)).toBeLessThanOrEqual(1);
    expect(Math.min(...aspects)).toBeGreaterThan(Math.log(3 / 4) - 0.002);
    expect(Math.max(...aspects)).toBeLessThan(Math.log(4 / 3) + 0.002);
    // Small crops fit at every aspect, so that none is turned away there.
    const small = crops
      .filter((_, i) => areas[i]! < 0.5)
      .map(({ height, width }) => Math.log(width / height));
    expect(Math.abs(mean(small))).toBeLessThan(0.02);
    expect(crops.every(({ top, height }) => top >= 0 && top + height <= 1500)).toBe(true);
    expect(crops.every(({ left, width }) => left >= 0 && left + width <= 2000)).toBe(true);
    const places = crops.filter(({ width }) => width < 1500).map(({ left, width }) => left / (2000 - width));
    expect(Math.abs(mean(places) - 0.5)).toBeLessThan(0.03);
  });

  it('fall back to the largest centred crop if ten attempts find none', () => {
    const crops = (width: number, height: number): unknown[] =>
      drawMany({ minScale: 1 }, width, height, 50).map(({ crop }) => crop!);

    expect(new Set(crops(1000, 10).map((crop) => JSON.stringify(crop)))).toEqual(
      new Set([JSON.stringify({ top: 0, left: 493, height: 10, width: 13 })]),
    );
    expect(new Set(crops(9, 100).map((crop) => JSON.stringify(crop)))).toEqual(
      new Set([JSON.stringify({ top: 44, left: 0, height: 12, width: 9 })]),
    );
  });

  it('take the whole of an image of one pixel', () => {
    for (const { crop } of drawMany({}, 1, 1, 100))
      expect(crop).toEqual({ top: 0, left: 0, height: 1, width: 1 });
  });

  it('leave out jitter operations of no strength', () => {
    const none = drawMany({ cjProb: 1, cjStrength: 0 }, 32, 32, 20);
    const hueOnly = drawMany({ cjProb: 1, cjBright: 0, cjContrast: 0, cjSat: 0 }, 32, 32, 20);

    expect(none.every(({ jitter }) => jitter.length === 0)).toBe(true);
    expect(hueOnly.every(({ jitter }) => jitter.map(({ operation }) => operation).join() === 'hue')).toBe(
      true,
    );
  });

  it('turn by 90 degrees, by up to a number of degrees, or by degrees within a range', () => {
    const rotations = (rrDegrees: FastSiamOptions['rrDegrees']): number[] =>
      drawMany({ rrProb: 1, rrDegrees: rrDegrees ?? null }, 32, 32, 500).map(({ rotation }) => rotation);

    expect(new Set(rotations(null))).toEqual(new Set([90]));
    expect(Math.min(...rotations(15))).toBeLessThan(-14);
    expect(Math.max(...rotations(15))).toBeGreaterThan(14);
    expect(rotations(15).every((degrees) => Math.abs(degrees) <= 15)).toBe(true);
    expect(rotations([10, 20]).every((degrees) => degrees >= 10 && degrees < 20)).toBe(true);
  });
});
