import { views } from '../../../src/data';
import type { ImageDataset, ViewTransform } from '../../../src/data';
import { SampleDrawer } from '../../../src/data/view-sheet/drawn-sample';
import { BrokenImageError } from '../../../src/data';
import { Normalization } from '../../../src/data/views/normalization';
import { halves } from '../views/helpers/halves';

const images = [
  { width: 9, height: 7 },
  { width: 40, height: 64 },
  { width: 1, height: 1 },
].map(({ width, height }) => ({
  ...{ width, height },
  data: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 37) % 256),
}));

/** Three images, of which the first is broken where that is asked for. */
function dataset(isBroken = false): ImageDataset {
  return {
    ...{ name: 'three', split: 'train', origin: 'here', length: 3, classNames: ['a', 'größe'] },
    ...{ hasTestSplit: false, spec: { kind: 'three' } },
    label: (index) => (index === 2 ? null : index),
    describe: (index) => `image ${index}`,
    sampleName: (index) => `${index}.png`,
    read: (index) => {
      if (isBroken && index === 0) throw new BrokenImageError('0.png', 'it is broken');
      const image = images[index];
      if (image === undefined) throw new RangeError(`no image ${index}`);
      return image;
    },
  };
}

const invert = views.custom({
  module: require.resolve('../views/helpers/own-operations'),
  export: 'invert',
  options: { prob: 1 },
});

const transforms: readonly (readonly [string, ViewTransform])[] = [
  ['fastSiam', views.fastSiam({ inputSize: 16 })],
  ['simsiam', views.simsiam({ inputSize: 16 })],
  ['simclr', views.simclr({ inputSize: 16 })],
  ['mocoV1', views.mocoV1({ inputSize: 16 })],
  ['mocoV2', views.mocoV2({ inputSize: 16 })],
  ['byol', views.byol({ inputSize: 16 })],
  ['vicreg', views.vicreg({ inputSize: 16 })],
  ['swav', views.swav({ cropSizes: [24, 12], cropCounts: [2, 6] })],
  ['dino', views.dino({ globalCropSize: 24, localCropSize: 12 })],
  ['mae', views.mae({ inputSize: [16, 20] })],
  ['plain', views.plain({ inputSize: 16, normalize: null })],
  ['custom', views.of(views.view({ size: 16, crop: {}, after: [invert], solarize: 1 }))],
  ['defineTransform', halves({ size: 8 })],
];

describe.each(transforms)('a drawn sample of %s', (_, transform) => {
  const key = { seed: 5, epoch: 3, index: 1 };
  const tools = { dataset: dataset(), transform, seed: key.seed, onBrokenImage: 'error' } as const;

  it('has the views that training has', async () => {
    const { views: drawn, original, name, class: kind } = await new SampleDrawer(tools).draw(1, key.epoch);
    expect([name, kind, original]).toEqual(['1.png', 'größe', images[1]]);
    const lengths = transform.views.map(({ height, width }) => height * width * 3);
    const starts = lengths.map((__, view) => lengths.slice(0, view).reduce((sum, one) => sum + one, 0));
    const wanted = new Float32Array(lengths.reduce((sum, one) => sum + one, 0));
    transform.apply(original, key, wanted, starts);
    const again = new Float32Array(wanted.length);
    const draws = transform.draws?.(original, key) ?? [];
    for (const [view, { data }] of drawn.entries()) {
      new Normalization(draws[view]?.normalize ?? null).writeTo(data, again, starts[view] ?? 0);
    }
    expect(again).toEqual(wanted);
    expect(drawn.map(({ height, width }) => ({ height, width }))).toEqual(transform.views);
    expect(drawn.some(({ isStretched }) => isStretched)).toBe(false);
  });
});

describe('a transform that does not report its draws', () => {
  const parts = {
    ...{ spec: { module: __filename, export: 'own', options: null } },
    views: [{ height: 1, width: 2 }],
    apply: (__: unknown, ___: unknown, out: Float32Array) => out.set([-3, -3, -3, 1, 1, 1]),
  };

  it('is shown by the normalisation of its evaluation form, or stretched if that is custom', async () => {
    const told: ViewTransform = {
      ...parts,
      plain: () =>
        views.plain({ inputSize: 1, normalize: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } }),
    };
    const own: ViewTransform = { ...parts, plain: () => own };
    for (const [transform, levels, isStretched] of [
      [told, [0, 0, 0, 191, 191, 191], false],
      [own, [0, 0, 0, 255, 255, 255], true],
    ] as const) {
      const tools = { dataset: dataset(), transform, seed: 0, onBrokenImage: 'error' } as const;
      const [view] = (await new SampleDrawer(tools).draw(0, 0)).views;
      expect([Array.from(view?.data ?? []), view?.isStretched]).toEqual([levels, isStretched]);
    }
  });
});

describe('a broken image', () => {
  const transform = views.fastSiam({ inputSize: 8 });

  it('is replaced by the next one, with its own draws, as in training', async () => {
    const tools = { dataset: dataset(true), transform, seed: 1, onBrokenImage: 'skip' } as const;
    const { index, original, views: drawn } = await new SampleDrawer(tools).draw(0, 2);
    expect([index, original]).toEqual([1, images[1]]);
    const [first] = transform.draws(original, { seed: 1, epoch: 2, index: 0 });
    expect(drawn[0]?.draws).toEqual(first);
  });

  it('is named if none may be skipped', async () => {
    const tools = { dataset: dataset(true), transform, seed: 1, onBrokenImage: 'error' } as const;
    await expect(new SampleDrawer(tools).draw(0, 0)).rejects.toThrow(
      'The image image 0 cannot be read: it is broken.',
    );
  });
});
