import type { TransformParts, ViewTransform } from '../../../src/data';
import { defineTransform, views } from '../../../src/data';
import { rebuildTransform } from '../../../src/data/views';
import { dataValuesJson } from '../../../src/config/recorded';
import { halves } from './helpers/halves';
import { imageNamed } from './reference';

const sample = { seed: 3, epoch: 1, index: 5 };

function valuesOf(transform: ViewTransform, key = sample): number[] {
  const out = new Float32Array(200);
  transform.apply(imageNamed('square'), key, out, [0, 6 * 6 * 3]);
  return Array.from(out);
}

describe('a transform of defineTransform', () => {
  it('makes its views from bytes that it draws, normalised, where they belong', () => {
    const transform = halves({ size: 6 });
    const values = valuesOf(transform);

    expect(transform.views).toEqual([
      { height: 6, width: 6 },
      { height: 3, width: 6 },
    ]);
    expect(values.slice(0, 162).every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(values.slice(0, 108)).size).toBeGreaterThan(30);
    expect(values.slice(162)).toEqual(Array(38).fill(0));
  });

  it('draws by sample, epoch, seed and view alone', () => {
    const differing = Array.from({ length: 40 }, (_, index) =>
      valuesOf(halves({ size: 6 }), { ...sample, index }),
    );

    expect(new Set(differing.map(String)).size).toBeGreaterThan(1);
    expect(valuesOf(halves({ size: 6 }))).toEqual(valuesOf(halves({ size: 6 })));
  });

  it('is rebuilt from its spec and recorded by name and options', () => {
    const transform = halves({ size: 6 });

    expect(transform.spec).toEqual({
      module: require.resolve('./helpers/halves'),
      export: 'halves',
      options: { size: 6 },
    });
    expect(valuesOf(rebuildTransform(structuredClone(transform.spec)))).toEqual(valuesOf(transform));
    expect(
      dataValuesJson({ dataset: null, batches: null, transform, evaluationTransform: null }).transform,
    ).toEqual({
      halves: { size: 6 },
    });
  });

  it("is evaluated at its first view's size and normalisation", () => {
    const plain = halves({ size: 6 }).plain();

    expect(plain.spec).toEqual(views.plain({ inputSize: 6, normalize: null }).spec);
  });

  it('names all wrong parts at once', () => {
    const made = (parts: unknown) => () =>
      defineTransform({ module: __filename, export: 'made', build: () => parts as TransformParts })();

    expect(made({ views: [{ height: 0, width: 4 }], normalize: 3, draw: () => undefined })).toThrow(
      'made: views is [{"height":0,"width":4}]; normalize is 3. ' +
        'views must be a list of { height, width }, whole numbers from 1 to 8192; ' +
        'normalize must be null, or { mean, std } with three numbers each, std above 0.',
    );
    expect(made(3)).toThrow(
      'build of the transform made returned 3. Make it return { views, draw }: the size of each view, and a function that draws one.',
    );
  });

  it.each([
    [
      undefined,
      'defineTransform: the argument is undefined. ' +
        'Pass an object: { module: __filename, export: the name under which that file exports it, ... }.',
    ],
    [
      {},
      'defineTransform: module is undefined. Worker threads load it from its absolute path. ' +
        'Write module: __filename, import.meta.url in an ES module, or require.resolve for another file.',
    ],
    [
      { module: '/my/halves.ts' },
      'defineTransform: export is undefined. Use the name under which /my/halves.ts exports the factory.',
    ],
    [
      { module: '/my/halves.ts', export: 'halves' },
      'defineTransform of halves was given the build undefined. ' +
        'Write a function of the options that returns { views, draw }.',
    ],
  ])('is rejected if its definition is %j', (definition, message) => {
    const define = defineTransform as (definition: unknown) => unknown;
    expect(() => define(definition)).toThrow(new Error(message));
  });

  it('rejects options that contain themselves, and accepts those that name one object twice', () => {
    const pair = (options: unknown) => (halves as (options: unknown) => ViewTransform)(options);
    const own: Record<string, unknown> = { size: 6 };
    own.around = [{ own }];
    const shared = { sigma: 2 };

    expect(() => pair(own)).toThrow(
      new Error(
        'defineTransform: the options of "halves" cannot be written as JSON. ' +
          'Worker threads receive them as JSON, and they are recorded with the run. ' +
          'Use numbers, strings, true, false, null, and lists and plain objects of those.',
      ),
    );
    expect(pair({ size: 6, one: shared, other: shared }).spec.options).toEqual({
      size: 6,
      one: { sigma: 2 },
      other: { sigma: 2 },
    });
  });

  it('rejects later draws', () => {
    const late = defineTransform({
      module: __filename,
      export: 'late',
      build: () => ({
        views: [{ height: 1, width: 1 }],
        draw: (): unknown => Promise.resolve(),
      }),
    });

    expect(() => valuesOf(late())).toThrow(
      'draw of late returned a value, but must fill pixels.data at once',
    );
  });
});
