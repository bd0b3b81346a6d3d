import { RandomStream } from '../../engine/random';
import { FulgurError, valueText } from '../../errors';
import type { Image } from '../image';
import { requireParts } from '../require-parts';
import { checkImage } from './check-image';
import type { ViewPixels } from './custom-operation';
import type { FactorySpec } from './load-factory';
import { factorySpec } from './load-factory';
import type { NormalizeOptions } from './normalization';
import { Normalization, imagenet, normalizeRule } from './normalization';
import { OptionProblems, isPlainObject, viewSize } from './option-rules';
import { plain } from './plain';
import type { SampleKey, TransformSpec, ViewDraws, ViewSize, ViewTransform } from './view-transform';

/** The parts of your own transform: its views, and how each is drawn. */
export interface TransformParts {
  /** Height and width of each view, in order. */
  readonly views: readonly ViewSize[];
  /** Mean and deviation per channel (default: ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
  /**
   * Draws one view of an image into `pixels`, which are black at first. Randomness must come from `random` alone, a
   * stream for this sample, epoch and view. The view is normalised afterwards.
   */
  draw(image: Image, view: number, pixels: ViewPixels, random: RandomStream): void;
}

/** What `defineTransform` takes. */
export interface TransformDefinition<O> {
  /** The module that the transform is defined in: `__filename`, or `import.meta.url` in an ES module. */
  readonly module: string;
  /** The name under which the module exports what `defineTransform` returns. */
  readonly export: string;
  /** Builds the transform, in each thread that needs it. */
  build(options: O): TransformParts;
}

/**
 * Defines your own view transform, which loader threads can rebuild. If only an operation on pixels is missing,
 * `views.custom` is simpler.
 *
 * @example
 * // halves.ts
 * export const halves = defineTransform({
 *   module: __filename,
 *   export: 'halves',
 *   build: ({ size }: { size: number }) => ({
 *     views: [{ height: size, width: size }, { height: size, width: size }],
 *     draw(image, view, pixels, random) { ... },
 *   }),
 * });
 * // experiment.ts
 * data: { transform: halves({ size: 32 }) }
 * @throws FulgurError of kind `config` for an incomplete definition; from the factory, for options that cannot be
 * written as JSON, or invalid parts.
 */
export function defineTransform<O = null>(
  definition: TransformDefinition<O>,
): (...options: null extends O ? [options?: O] : [options: O]) => ViewTransform {
  const { module, export: name } = factorySpec('defineTransform', definition);
  const isRight = typeof definition.build === 'function';
  requireParts('defineTransform', name, [
    {
      name: 'build',
      value: definition.build,
      isRight,
      fix: 'a function of the options that returns { views, draw }',
    },
  ]);
  return (...[options = null]) => {
    const spec = factorySpec('defineTransform', { module, export: name, options });
    return new DefinedTransform(spec, definition.build(options as O));
  };
}

class DefinedTransform implements ViewTransform {
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  readonly #parts: TransformParts;
  readonly #normalize: NormalizeOptions | null;
  readonly #normalization: Normalization;

  constructor(spec: FactorySpec, parts: TransformParts) {
    checkParts(spec.export, parts);
    this.views = parts.views;
    this.spec = spec;
    this.#parts = parts;
    this.#normalize = parts.normalize === undefined ? imagenet : parts.normalize;
    this.#normalization = new Normalization(this.#normalize);
  }

  plain(): ViewTransform {
    const { height = 1, width = 1 } = this.views[0] ?? {};
    return plain({ inputSize: height === width ? height : [height, width], normalize: this.#normalize });
  }

  apply(
    image: Image,
    { seed, epoch, index }: SampleKey,
    out: Float32Array,
    offsets: readonly number[],
  ): void {
    checkImage(image);
    for (const [view, { height, width }] of this.views.entries()) {
      const offset = offsets[view];
      if (offset === undefined) return;
      const data = new Uint8Array(height * width * 3);
      const stream = new RandomStream(seed, 'view', [epoch, index, view]);
      const pixels = { height, width, data };
      const draw = (): unknown => this.#parts.draw(image, view, pixels, stream);
      if (draw() !== undefined) {
        throw new Error(`draw of ${this.spec.export} returned a value, but must fill pixels.data at once`);
      }
      this.#normalization.writeTo(data, out, offset);
    }
  }

  draws(): readonly ViewDraws[] {
    const drawn = { plan: null, operations: [this.spec.export], normalize: this.#normalize };
    return this.views.map(() => drawn);
  }
}

function checkParts(name: string, parts: TransformParts): void {
  if (!isPlainObject(parts) || typeof parts.draw !== 'function') {
    throw new FulgurError('config', {
      what: `build of the transform ${name} returned ${valueText(parts)}.`,
      fix: 'Make it return { views, draw }: the size of each view, and a function that draws one.',
    });
  }
  const { views, normalize } = parts;
  const problems = new OptionProblems(name);
  const isSize = (size: unknown): boolean =>
    isPlainObject(size) && viewSize.accepts(sidesOf(size as ViewSize));
  if (!Array.isArray(views) || views.length === 0 || !views.every(isSize)) {
    problems.add(
      `views is ${valueText(views)}`,
      'views must be a list of { height, width }, whole numbers from 1 to 8192',
    );
  }
  if (normalize !== undefined && !normalizeRule.accepts(normalize)) {
    problems.add(`normalize is ${valueText(normalize)}`, `normalize must be ${normalizeRule.expects}`);
  }
  problems.throwIfAny();
}

function sidesOf({ height, width }: ViewSize): readonly number[] {
  return [height, width];
}
