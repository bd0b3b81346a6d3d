import type { SomeViews, View, ViewOptions, ViewTransform } from '../../../src/data';
import { views } from '../../../src/data';
import { rebuildTransform } from '../../../src/data/views';
import { dataValuesJson } from '../../../src/config/recorded';
import { FulgurError } from '../../../src/errors';
import { halves } from './helpers/halves';
import { imageNamed } from './reference';

const sample = { seed: 3, epoch: 1, index: 5 };
const operations = require.resolve('./helpers/own-operations');

/** The values of each view of an image. */
function valuesOf(transform: ViewTransform, key = sample, image = 'wide'): Float32Array[] {
  const lengths = transform.views.map(({ height, width }) => height * width * 3);
  const starts = lengths.map((_, view) => lengths.slice(0, view).reduce((sum, length) => sum + length, 0));
  const out = new Float32Array(lengths.reduce((sum, length) => sum + length)).fill(NaN);
  transform.apply(imageNamed(image), key, out, starts);
  return starts.map((start, view) => out.slice(start, start + lengths[view]!));
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

describe('views.view', () => {
  it('does what is named, and otherwise only normalises', () => {
    expect(views.view({ size: 96 })).toEqual({
      size: [96, 96],
      crop: null,
      flip: 0,
      verticalFlip: 0,
      rotate: { prob: 0, degrees: null },
      jitter: { prob: 0, strength: 1, brightness: 0.8, contrast: 0.8, saturation: 0.8, hue: 0.2 },
      grayscale: 0,
      blur: { prob: 0, sigmas: [0.1, 2] },
      solarize: { prob: 0, threshold: 128, beforeBlur: false },
      after: [],
      normalize: views.imagenet,
    });
  });

  it('fills in what an operation omits, and reads a number as its probability', () => {
    const view = views.view({
      size: [48, 96],
      crop: { scale: [0.2, 1] },
      flip: 0.5,
      rotate: { degrees: 15 },
      jitter: { strength: 0.5 },
      blur: 0.25,
      solarize: 0.2,
      normalize: null,
    });

    expect(view).toMatchObject({
      size: [48, 96],
      crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3], interpolation: 'bilinear' },
      flip: 0.5,
      rotate: { prob: 0.5, degrees: 15 },
      jitter: { prob: 0.8, strength: 0.5 },
      blur: { prob: 0.25, sigmas: [0.1, 2] },
      solarize: { prob: 0.2, threshold: 128 },
      normalize: null,
    });
    expect(views.view(view)).toEqual(view);
  });

  it('makes the view of views.plain if nothing is random', () => {
    const ours = views.of(views.view({ size: 12 }));

    expect(valuesOf(ours)).toEqual(valuesOf(views.plain({ inputSize: 12 })));
  });

  it('names every wrong option at once', () => {
    const options: object = {
      crop: { scale: [0.5, 2], interpolatoin: 'bicubic' },
      flip: 2,
      rotate: { prob: 0.5, degrees: -1 },
      jitter: { hue: 0.3, strength: 2 },
      blur: 'always',
      solarise: 0.1,
      after: [3],
    };

    expect(messageOf(() => views.view(options as ViewOptions))).toBe(
      '[config] views.view: flip is 2; blur is "always"; "solarise" is not an option; after is [3]; size is missing; ' +
        'crop.scale is [0.5,2]; "crop.interpolatoin" is not an option; rotate.degrees is -1; ' +
        'jitter.hue 0.3 times jitter.strength 2 is 0.6. ' +
        'flip must be a number from 0 to 1; blur must be an object of options, or a number from 0 to 1; ' +
        '"solarise" should be "solarize"; after must be a list of what views.custom returns; ' +
        'size must be a whole number from 1 to 8192, or two for height and width; ' +
        'crop.scale must be two numbers from 0 to 1, the smaller first; ' +
        '"crop.interpolatoin" should be "crop.interpolation"; ' +
        'rotate.degrees must be null, a number of at least 0, or two numbers, the smaller first; ' +
        'jitter.hue times jitter.strength must be at most 0.5, half the colour circle.',
    );
    expect(messageOf(() => views.view(32 as unknown as ViewOptions))).toBe(
      '[config] views.view: the argument is 32. the argument must be an object of options.',
    );
  });
});

describe('views.of', () => {
  const large = views.view({ size: 8, crop: { interpolation: 'bicubic' }, flip: 0.5, blur: 0.5 });
  const small = views.view({ size: [4, 6], crop: {}, jitter: {}, rotate: { degrees: 20 }, solarize: 0.5 });

  it('makes views of several sizes, lists within lists one after the other', () => {
    const transform = views.of(large, [views.times(2, small, [large])], views.simsiam({ inputSize: 5 }));
    const sides = [
      [8, 8],
      [4, 6],
      [8, 8],
      [4, 6],
      [8, 8],
      [5, 5],
      [5, 5],
    ];

    expect(transform.views).toEqual(sides.map(([height, width]) => ({ height, width })));
    const values = valuesOf(transform);
    expect(values.every((view) => view.every(Number.isFinite))).toBe(true);
    expect(new Set(values.map((view) => Buffer.from(view.buffer).toString('hex'))).size).toBe(7);
  });

  it('draws each view by its place alone', () => {
    const [first, second] = valuesOf(views.of(large, small));

    expect(valuesOf(views.of(large, small, large)).slice(0, 2)).toEqual([first, second]);
    expect(valuesOf(views.of(small, small))[1]).toEqual(second);
    expect(valuesOf(views.of(large, small), { ...sample, epoch: 2 })[0]).not.toEqual(first);
  });

  it("makes lightly's views where it is given the same operations", () => {
    const crop = { scale: [0.2, 1] } as const;
    const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 };
    const view = views.view({ size: 9, crop, flip: 0.5, jitter, grayscale: 0.2, blur: 0.5 });

    expect(valuesOf(views.of(views.times(4, view)))).toEqual(valuesOf(views.fastSiam({ inputSize: 9 })));
  });

  it('makes the views that a worker makes from the spec', () => {
    const transform = views.of(large, views.times(2, small));
    const spec = structuredClone(transform.spec);

    expect(rebuildTransform(spec).spec).toEqual(transform.spec);
    expect(valuesOf(rebuildTransform(spec))).toEqual(valuesOf(transform));
  });

  it("is evaluated at the first view's size and normalisation", () => {
    const normalize = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.5, 0.75] } as const;
    const first = views.view({ size: [6, 10], flip: 1, normalize });
    const plain = views.of(first, small).plain();

    expect(plain.views).toEqual([{ height: 6, width: 10 }]);
    expect(valuesOf(plain)).toEqual(valuesOf(views.plain({ inputSize: [6, 10], normalize })));
    expect(valuesOf(rebuildTransform(structuredClone(plain.spec)))).toEqual(valuesOf(plain));
  });

  it('cuts the centre out of an image that is resized until it just covers a view of any shape', () => {
    // 21 x 37 pixels: 6 x 10.57 covers 6 x 10, and 7.4 x 13 covers 7 x 13.
    const raw = (size: readonly [number, number]): Float32Array =>
      valuesOf(views.plain({ inputSize: size, normalize: null }))[0]!;
    expect(raw([21, 37])).toEqual(
      Float32Array.from(imageNamed('wide').data, (level) => Math.fround(level / 255)),
    );
    for (const size of [
      [6, 10],
      [7, 13],
      [30, 2],
      [2, 30],
    ] as const) {
      expect(raw(size).every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('rejects a list that contains itself, and accepts one twice', () => {
    const list: SomeViews[] = [small];
    const around: SomeViews[] = [large, list];

    expect(views.of(list, around, list).views).toHaveLength(4);
    list.push(around);
    expect(messageOf(() => views.of(list))).toBe(
      '[config] views.of: a list of views contains itself. Pass views and lists of other views.',
    );
    expect(messageOf(() => views.times(2, large, around))).toBe(
      '[config] views.times: a list of views contains itself. Pass views and lists of other views.',
    );
  });

  it('rejects no views, too many, and what is not a view', () => {
    const loose = { ...small, flip: 3, size: undefined } as unknown as View;

    expect(messageOf(() => views.of())).toBe(
      '[config] views.of got 0 views. Pass 1 to 1024 views, such as views.view({ size: 96 }).',
    );
    expect(messageOf(() => views.of(views.times(1000, small, small)))).toBe(
      '[config] views.of got 2000 views. Pass 1 to 1024 views, such as views.view({ size: 96 }).',
    );
    expect(messageOf(() => views.of(large, loose))).toBe(
      '[config] views.of: view 2.flip is 3; view 2.size is missing. view 2.flip must be a number from 0 to 1; ' +
        'view 2.size must be a whole number from 1 to 8192, or two for height and width.',
    );
    const wholes = [views.plain({ inputSize: 8 }), halves({ size: 6 })] as unknown as View[];
    for (const whole of wholes) {
      for (const given of [whole, [views.times(2, whole)]]) {
        expect(messageOf(() => views.of(large, given))).toBe(
          '[config] views.of: view 2 is a whole transform, not a view. Pass what views.view or a transform of random ' +
            'views such as views.simsiam returns, or use the transform by itself.',
        );
      }
    }
    expect(messageOf(() => views.times(0, small))).toBe(
      '[config] views.times: the count is 0. the count must be a whole number from 1 to 1024.',
    );
  });
});

describe('views.custom', () => {
  const invert = views.custom({ module: operations, export: 'invert', options: { prob: 1 } });
  const noise = views.custom({ module: operations, export: 'noise', options: { most: 40 } });
  const plainly = { size: 7, normalize: null } as const;

  it('runs on the pixels of a view before normalisation, after all else', () => {
    const [before] = valuesOf(views.of(views.view(plainly)));
    const [after] = valuesOf(views.of(views.view({ ...plainly, after: [invert] })));

    expect(after).toEqual(before!.map((value) => Math.fround((255 - Math.round(value * 255)) / 255)));
  });

  it('has separate draws for each operation, view, sample, epoch and seed, and leaves those of the view alone', () => {
    const noisy = views.view({ ...plainly, after: [noise] });
    const twice = views.view({ ...plainly, after: [noise, noise] });
    const [plain] = valuesOf(views.of(views.view(plainly)));
    const added = (values: Float32Array | undefined): string =>
      Array.from(values!, (value, i) => (Math.round((value - plain![i]!) * 255) + 256) % 256).join();
    const [first, second] = valuesOf(views.of(noisy, noisy)).map(added);
    const others = [
      { ...sample, epoch: 2 },
      { ...sample, index: 6 },
      { ...sample, seed: 4 },
    ].map((key) => added(valuesOf(views.of(noisy), key)[0]));
    const both = added(valuesOf(views.of(twice))[0]);

    expect(new Set([first, second, ...others]).size).toBe(5);
    expect(added(valuesOf(views.of(noisy))[0])).toBe(first);
    // A second operation that drew the same would double every number.
    expect(both.split(',').some((sum, i) => Number(sum) !== 2 * Number(first!.split(',')[i]))).toBe(true);
  });

  it('is recorded by its name and options, and rebuilt from its module', () => {
    const transform = views.of(views.view({ ...plainly, flip: 0.5, after: [invert, noise] }));
    const recorded = dataValuesJson({ dataset: null, batches: null, transform, evaluationTransform: null });

    expect(recorded.transform).toMatchObject({
      of: [{ flip: 0.5, after: [{ invert: { prob: 1 } }, { noise: { most: 40 } }] }],
    });
    expect(JSON.stringify(recorded)).not.toContain(operations);
    expect(transform.spec.modules).toEqual([operations]);
    expect(valuesOf(rebuildTransform(structuredClone(transform.spec)))).toEqual(valuesOf(transform));
  });

  it('reports at once what is wrong with a module, an export or options', () => {
    const make = (changes: object) => () =>
      views.custom({ module: operations, export: 'invert', options: { prob: 1 }, ...changes });

    const own: { prob: number; own?: object } = { prob: 1 };
    own.own = own;
    expect(messageOf(() => (views.custom as () => unknown)())).toBe(
      '[config] views.custom: the argument is undefined. ' +
        'Pass an object: { module: __filename, export: the name under which that file exports it, ... }.',
    );
    expect(messageOf(make({ options: own }))).toBe(
      '[config] views.custom: the options of "invert" cannot be written as JSON. ' +
        'Worker threads receive them as JSON, and they are recorded with the run. ' +
        'Use numbers, strings, true, false, null, and lists and plain objects of those.',
    );
    expect(messageOf(make({ module: './own-operations' }))).toBe(
      '[config] views.custom: module is "./own-operations". Worker threads load it from its absolute path. ' +
        'Write module: __filename, import.meta.url in an ES module, or require.resolve for another file.',
    );
    expect(messageOf(make({ module: '/nowhere/ops.ts' }))).toBe(
      "[config] The module /nowhere/ops.ts of a view transform cannot be loaded: Cannot find module '/nowhere/ops.ts' " +
        "from 'src/system/user-module.ts'. Correct the path or the module.",
    );
    expect(messageOf(make({ export: 'number' }))).toBe(
      `[config] ${operations} does not export a function "number". ` +
        'Worker threads rebuild view transforms from the module and name in their spec. ' +
        'Export the factory of the transform as "number" from that module.',
    );
    expect(messageOf(make({ export: 'nothing' }))).toBe(
      `[config] "nothing" of ${operations} returned null for its options. ` +
        'An operation of a view is a function that changes pixels. ' +
        'Make nothing(options) return a function (pixels, random) => { ... }.',
    );
    expect(messageOf(make({ options: { prob: () => 1 } }))).toBe(
      '[config] views.custom: the options of "invert" cannot be written as JSON. ' +
        'Worker threads receive them as JSON, and they are recorded with the run. ' +
        'Use numbers, strings, true, false, null, and lists and plain objects of those.',
    );
  });

  it('rejects an operation that does not change pixels at once', () => {
    const late = views.custom({ module: operations, export: 'late' });
    const transform = views.of(views.view({ ...plainly, after: [late] }));

    expect(() => valuesOf(transform)).toThrow(
      'the operation late returned a promise, but must change pixels.data in place at once',
    );
  });
});
