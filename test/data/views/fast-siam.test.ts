import { createHash } from 'node:crypto';
import { fastSiam, rebuildTransform } from '../../../src/data/views';
import type { FastSiamOptions, SampleKey, ViewTransform } from '../../../src/data/views';
import { FulgurError } from '../../../src/errors';
import { imageNamed } from './reference';

const sample: SampleKey = { seed: 3, epoch: 1, index: 5 };

/** The views of an image, each as one hex string. */
function viewsOf(transform: ViewTransform, key: SampleKey, image = 'square'): string[] {
  const { height = 0, width = 0 } = transform.views[0] ?? {};
  const length = height * width * 3;
  const out = new Float32Array(transform.views.length * length);
  const offsets = transform.views.map((_, view) => view * length);
  transform.apply(imageNamed(image), key, out, offsets);
  return offsets.map((offset) => Buffer.from(out.slice(offset, offset + length).buffer).toString('hex'));
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FulgurError) return `[${error.kind}] ${error.message}`;
    throw error;
  }
  return 'no error';
}

describe('views.fastSiam', () => {
  it('makes four views of 224 pixels by default, and as many and as large as asked', () => {
    const standard = fastSiam();
    const small = fastSiam({ inputSize: 8, numViews: 2 });

    expect(standard.views).toEqual(Array(4).fill({ height: 224, width: 224 }));
    expect(small.views).toEqual(Array(2).fill({ height: 8, width: 8 }));
  });

  it('makes the same views of a sample at any time, in every instance and in any order of calls', () => {
    const first = fastSiam({ inputSize: 16 });
    const second = fastSiam({ inputSize: 16 });
    const wanted = viewsOf(first, sample);

    for (let index = 20; index > 0; index--) viewsOf(second, { ...sample, index });

    expect(viewsOf(second, sample)).toEqual(wanted);
    expect(viewsOf(first, sample)).toEqual(wanted);
  });

  // Recorded at the commit before views of several sizes came: 4 images, 50 samples each, epochs 0 to 2, seed 11.
  it.each<[string, FastSiamOptions, string]>([
    [
      "lightly's defaults at 32 pixels",
      { inputSize: 32 },
      '43dbb7abeab6a60f4d123474730fbfb25ad9501fa77f9322c8ffea001e882081',
    ],
    [
      'every operation',
      {
        inputSize: 24,
        rrProb: 0.5,
        rrDegrees: [-20, 20],
        vfProb: 0.5,
        cjProb: 1,
        gaussianBlur: 1,
        sigmas: [0.1, 4],
        randomGrayScale: 0.5,
        normalize: null,
      },
      '824e9e18de9864a2a704b053490b67618042307c5d993d845fbab6602832e2ed',
    ],
    [
      'right angles and one view',
      { inputSize: 17, numViews: 1, rrProb: 1, minScale: 0.05, cjStrength: 0.5 },
      'f121320d7fa7e3431e9e695830d7fc91dcd85776e4c0d3f7aa15e44126c3539c',
    ],
  ])('makes the bits that it has always made, with %s', (_name, options, digest) => {
    const transform = fastSiam(options);
    const hash = createHash('sha256');
    for (const image of ['square', 'tall', 'wide', 'dot']) {
      for (let index = 0; index < 50; index++) {
        for (const view of viewsOf(transform, { seed: 11, epoch: index % 3, index }, image)) {
          hash.update(Buffer.from(view, 'hex'));
        }
      }
    }
    expect(hash.digest('hex')).toBe(digest);
  });

  it('makes views that differ by view, sample, epoch and seed', () => {
    const transform = fastSiam({ inputSize: 16 });
    const keys = [
      sample,
      { ...sample, seed: 4 },
      { ...sample, epoch: 2 },
      { ...sample, index: 6 },
      { ...sample, seed: 3 + 2 ** 32 },
    ];

    const all = keys.flatMap((key) => viewsOf(transform, key));

    expect(new Set(all).size).toBe(20);
  });

  it('makes the views that a worker makes from the spec', () => {
    const transform = fastSiam({ inputSize: 16, rrProb: 0.5, rrDegrees: [-20, 20], normalize: null });
    const spec = JSON.parse(JSON.stringify(transform.spec)) as typeof transform.spec;

    const rebuilt = rebuildTransform(spec);

    expect(rebuilt.spec).toEqual(transform.spec);
    expect(viewsOf(rebuilt, sample)).toEqual(viewsOf(transform, sample));
  });

  it('writes each view where it belongs, and nowhere else', () => {
    const transform = fastSiam({ inputSize: 2, numViews: 2 });
    const out = new Float32Array(40).fill(99);

    transform.apply(imageNamed('square'), sample, out, [25, 3]);

    const written = Array.from(out, (value) => value !== 99);
    const wanted = Array.from(out, (_, i) => (i >= 3 && i < 15) || (i >= 25 && i < 37));
    expect(written).toEqual(wanted);
  });

  it.each(['tall', 'wide', 'dot'])('makes finite views of an image that is %s', (image) => {
    const transform = fastSiam({ inputSize: 8, normalize: null });
    const length = 8 * 8 * 3;
    for (let index = 0; index < 20; index++) {
      const out = new Float32Array(4 * length).fill(NaN);
      transform.apply(imageNamed(image), { ...sample, index }, out, [0, length, 2 * length, 3 * length]);
      expect(out.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('rejects an image whose bytes do not match its size', () => {
    const transform = fastSiam({ inputSize: 8 });
    const image = { height: 2, width: 3, data: new Uint8Array(6) };

    expect(messageOf(() => transform.apply(image, sample, new Float32Array(800), [0]))).toBe(
      '[data] An image of 3 x 2 pixels came with 6 bytes. RGB rows of that size are 18 bytes, and neither side may be 0. ' +
        'Decode the image to 8-bit RGB without padding between rows.',
    );
  });
});

describe('the options of views.fastSiam', () => {
  it('are all named at once if they are invalid', () => {
    expect(messageOf(() => fastSiam({ cjProb: 1.5, sigmas: [2, 1], inputSize: 0 }))).toBe(
      '[config] views.fastSiam: cjProb is 1.5; sigmas is [2,1]; inputSize is 0. ' +
        'cjProb must be a number from 0 to 1; sigmas must be two numbers from 0 to 1024, the smaller first; ' +
        'inputSize must be a whole number from 1 to 8192.',
    );
  });

  it('get the nearest name suggested if they are unknown', () => {
    const options: object = { inputsize: 32 };

    expect(messageOf(() => fastSiam(options))).toBe(
      '[config] views.fastSiam: "inputsize" is not an option. "inputsize" should be "inputSize".',
    );
  });

  it('are listed if no name is close', () => {
    const options: object = { solarization: 0.1 };

    expect(messageOf(() => fastSiam(options))).toBe(
      '[config] views.fastSiam: "solarization" is not an option. "solarization" must be removed: the options are numViews, ' +
        'inputSize, cjProb, cjStrength, cjBright, cjContrast, cjSat, cjHue, minScale, randomGrayScale, gaussianBlur, ' +
        'kernelSize, sigmas, vfProb, hfProb, rrProb, rrDegrees, normalize.',
    );
  });

  it('say that kernelSize does nothing', () => {
    const options: object = { kernelSize: 0.1 };

    expect(messageOf(() => fastSiam(options))).toBe(
      '[config] views.fastSiam: kernelSize is 0.1. kernelSize must be omitted (lightly ignores it too): set sigmas.',
    );
  });

  it('may not shift the hue by more than half the colour circle', () => {
    expect(messageOf(() => fastSiam({ cjHue: 0.3, cjStrength: 2 }))).toBe(
      '[config] views.fastSiam: cjHue 0.3 times cjStrength 2 is 0.6. ' +
        'cjHue times cjStrength must be at most 0.5, half the colour circle.',
    );
  });

  it('need a mean and a deviation above 0 for each channel', () => {
    expect(messageOf(() => fastSiam({ normalize: { mean: [0, 0, 0], std: [1, 0, 1] } }))).toBe(
      '[config] views.fastSiam: normalize is {"mean":[0,0,0],"std":[1,0,1]}. ' +
        'normalize must be null, or { mean, std } with three numbers each, std above 0.',
    );
  });
});
