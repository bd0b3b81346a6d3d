import { RandomStream } from '../../engine/random';
import type { Json } from '../../contracts';
import type { Image } from '../image';
import { checkImage } from './check-image';
import { drawPlan } from './draw-plan';
import type { FastSiamOptions, FastSiamSettings } from './fast-siam-options';
import { resolveFastSiamOptions } from './fast-siam-options';
import { Normalization } from './normalization';
import { ViewRenderer } from './view-renderer';
import { plain } from './plain';
import type { SampleKey, TransformSpec, ViewSize, ViewTransform } from './view-transform';

export type { FastSiamOptions } from './fast-siam-options';

class FastSiamViews implements ViewTransform {
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  readonly #settings: FastSiamSettings;
  readonly #renderer: ViewRenderer;
  readonly #normalization: Normalization;

  constructor(settings: FastSiamSettings) {
    const { numViews, inputSize } = settings;
    this.views = Array.from({ length: numViews }, () => ({ height: inputSize, width: inputSize }));
    this.spec = { module: __filename, export: fastSiam.name, options: asJson(settings) };
    this.#settings = settings;
    this.#renderer = new ViewRenderer(inputSize, inputSize);
    this.#normalization = new Normalization(settings.normalize);
  }

  plain(): ViewTransform {
    const { inputSize, normalize } = this.#settings;
    return plain({ inputSize, normalize });
  }

  apply(
    image: Image,
    { seed, epoch, index }: SampleKey,
    out: Float32Array,
    offsets: readonly number[],
  ): void {
    checkImage(image);
    offsets.slice(0, this.views.length).forEach((offset, view) => {
      const stream = new RandomStream(seed, 'view', [epoch, index, view]);
      const plan = drawPlan(stream, image, this.#settings);
      this.#renderer.renderNormalized(image, plan, this.#normalization, out, offset);
    });
  }
}

function asJson({ normalize, ...others }: FastSiamSettings): Json {
  return { ...others, normalize: normalize === null ? null : { ...normalize } };
}

/**
 * FastSiam's views (Pototzky et al., 2022): four independent augmentations of each image, as lightly's
 * `FastSiamTransform` makes them. In order: random resized crop, horizontal flip, vertical flip, rotation, colour jitter,
 * grayscale, Gaussian blur, normalisation. Each view is a function of (seed, epoch, sample index, view) alone.
 *
 * @example views.fastSiam({ inputSize: 32 })
 * @throws FulgurError of kind `config` that names every wrong option.
 */
export function fastSiam(options: FastSiamOptions = {}): ViewTransform {
  return new FastSiamViews(resolveFastSiamOptions(options));
}
