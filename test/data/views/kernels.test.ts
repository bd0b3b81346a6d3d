import { RandomStream } from '../../../src/engine/random';
import type { Image } from '../../../src/data/image';
import type { JitterStep, ViewPlan } from '../../../src/data/views/view-plan';
import { unchangedPlan } from '../../../src/data/views/view-plan';
import { ViewRenderer } from '../../../src/data/views/view-renderer';
import { hue } from './plain-form/colors';
import { renderPlainly } from './plain-form/render';

// Sides of views: single pixels, less than a vector, whole vectors, and a little more.
const sides = [1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 48, 65];

function streamOf(...counter: [number, number?]): RandomStream {
  return new RandomStream(7, 'view', [counter[0], counter[1] ?? 0]);
}

/** Noise, or flat areas with ends of the range: what resizing, blurs and ties between channels meet. */
function randomImage(stream: RandomStream, height: number, width: number): Image {
  const coarse = stream.chance(0.3);
  const data = Uint8Array.from({ length: height * width * 3 }, () =>
    coarse ? (stream.below(3) * 255) >> 1 : stream.below(256),
  );
  return { height, width, data };
}

function side(stream: RandomStream): number {
  return sides[stream.below(sides.length)]!;
}

/** Renders a plan by both forms; on difference names everything that is needed to see it again. */
function expectEqual(image: Image, plan: ViewPlan, height: number, width: number): void {
  const ours = new ViewRenderer(height, width).render(image, plan);
  const plainly = renderPlainly(image, plan, height, width);
  const first = ours.findIndex((value, i) => value !== plainly[i]);
  if (first < 0 && ours.length === plainly.length) return;
  const what = { image: [image.height, image.width], view: [height, width], plan, first };
  throw new Error(`${JSON.stringify(what)}: ${ours[first]} instead of ${plainly[first]}`);
}

/** Applies a part of a plan to random images of many sizes. */
function expectEqualOnImages(part: (stream: RandomStream) => Partial<ViewPlan>): void {
  for (let index = 0; index < 50; index++) {
    const stream = streamOf(index);
    const height = side(stream);
    const width = side(stream);
    const plan = { ...unchangedPlan(height, width), ...part(stream) };
    expectEqual(randomImage(stream, height, width), plan, height, width);
  }
}

function jitter(operation: JitterStep['operation'], low: number, high: number) {
  return (stream: RandomStream): Partial<ViewPlan> => ({
    jitter: [{ operation, factor: stream.uniform(low, high) }],
  });
}

describe('the kernels, bit for bit beside their plain form,', () => {
  it.each(['bilinear', 'bicubic'] as const)(
    'resize crops of all sizes to all sizes, with flips, %s',
    (interpolation) => {
      for (let index = 0; index < 300; index++) {
        const stream = streamOf(index, 1);
        // Up to 300 pixels, so that some sums have a hundred terms.
        const [height, width] = [1 + stream.below(stream.chance(0.3) ? 300 : 70), 1 + stream.below(90)];
        const crop = { height: 1 + stream.below(height), width: 1 + stream.below(width), top: 0, left: 0 };
        crop.top = stream.below(height - crop.height + 1);
        crop.left = stream.below(width - crop.width + 1);
        const flips = { horizontalFlip: stream.chance(0.5), verticalFlip: stream.chance(0.5) };
        const plan = { ...unchangedPlan(height, width), crop, interpolation, ...flips };
        expectEqual(randomImage(stream, height, width), plan, side(stream), side(stream));
      }
    },
  );

  it.each(['bilinear', 'bicubic'] as const)('shrink white to white, by any factor, %s', (interpolation) => {
    for (const width of [2, 7, 100, 1000, 5000]) {
      const image = { height: 2, width, data: new Uint8Array(2 * width * 3).fill(255) };
      const plan = { ...unchangedPlan(2, width), interpolation };
      expect(new ViewRenderer(1, 3).render(image, plan)).toEqual(new Uint8Array(9).fill(255));
    }
  });

  it('cut what bicubic weights bring over white and under black', () => {
    const stripes = Uint8Array.from({ length: 8 * 9 * 3 }, (_, i) => (Math.floor(i / 6) % 2) * 255);
    for (const [height, width] of [
      [8, 40],
      [31, 9],
      [40, 40],
    ] as const) {
      const plan = { ...unchangedPlan(8, 9), interpolation: 'bicubic' } as const;
      expectEqual({ height: 8, width: 9, data: stripes }, plan, height, width);
    }
  });

  it('turn', () => {
    expectEqualOnImages((stream) => ({ rotation: stream.uniform(-200, 200) }));
    expectEqualOnImages((stream) => ({ rotation: 90 * stream.below(4) }));
  });

  it('change brightness', () => expectEqualOnImages(jitter('brightness', 0, 3)));

  it('change contrast, about the mean of the pixels alone', () =>
    expectEqualOnImages(jitter('contrast', 0, 3)));

  it('change saturation', () => expectEqualOnImages(jitter('saturation', 0, 3)));

  it('take factors that leave nothing but black and white', () => {
    for (const operation of ['brightness', 'contrast', 'saturation'] as const) {
      expectEqualOnImages(jitter(operation, 0, 1e6));
    }
  });

  it('turn the hue', () => expectEqualOnImages(jitter('hue', -0.5, 0.5)));

  it('make gray', () => expectEqualOnImages(() => ({ grayscale: true })));

  it('solarize, from every level on', () => {
    expectEqualOnImages((stream) => ({ solarizeThreshold: stream.below(258) - 1 }));
    expectEqualOnImages((stream) => ({ solarizeThreshold: stream.uniform(0, 255) }));
    for (const solarizeFirst of [true, false]) {
      expectEqualOnImages(() => ({ solarizeThreshold: 128, blurSigma: 1.5, solarizeFirst }));
    }
  });

  it('blur, with boxes of every radius', () => {
    expectEqualOnImages((stream) => ({ blurSigma: stream.uniform(0, 1.5) }));
    expectEqualOnImages((stream) => ({ blurSigma: stream.uniform(1.4, 2.5) }));
    expectEqualOnImages((stream) => ({ blurSigma: stream.uniform(2.4, 12) }));
    expectEqualOnImages(() => ({ blurSigma: 1e-6 }));
  });

  it('do all of it in succession', () => {
    for (let index = 0; index < 60; index++) {
      const stream = streamOf(index, 2);
      const [height, width, size] = [1 + stream.below(80), 1 + stream.below(80), side(stream)];
      const plan = {
        ...unchangedPlan(height, width),
        horizontalFlip: stream.chance(0.5),
        rotation: stream.chance(0.3) ? stream.uniform(-45, 45) : 0,
        jitter: [
          { operation: 'contrast', factor: stream.uniform(0.6, 1.4) },
          { operation: 'hue', factor: stream.uniform(-0.1, 0.1) },
          { operation: 'brightness', factor: stream.uniform(0.6, 1.4) },
          { operation: 'saturation', factor: stream.uniform(0.6, 1.4) },
        ] as const,
        grayscale: stream.chance(0.2),
        blurSigma: stream.chance(0.5) ? stream.uniform(0.1, 2) : 0,
      };
      expectEqual(randomImage(stream, height, width), plan, size, size);
    }
  });

  it.each([0.1, -0.37])('turn the hue of a part of all colours by %d', (factor) => {
    // Every 31st of 2^24: some half a million, with all values of each channel and all orders of them.
    const [height, width] = [132, 4096];
    const data = new Uint8Array(height * width * 3);
    for (let pixel = 0; pixel < height * width; pixel++) {
      const color = pixel * 31;
      data.set([color >> 16, color >> 8, color], pixel * 3);
    }
    const plan = { ...unchangedPlan(height, width), jitter: [{ operation: 'hue', factor }] as const };
    const ours = new ViewRenderer(height, width).render({ height, width, data }, plan);
    expect(Buffer.compare(ours, hue(data, factor))).toBe(0);
  });
});
