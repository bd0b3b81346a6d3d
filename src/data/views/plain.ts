import type { Json } from '../../contracts';
import type { Image } from '../image';
import { checkImage } from './check-image';
import type { Interpolation } from './kernels/axis-filter';
import type { NormalizeOptions } from './normalization';
import { Normalization, imagenet, normalizeRule } from './normalization';
import type { OptionRules } from './option-rules';
import { interpolationRule, resolveOptions, viewSize } from './option-rules';
import type { ViewPlan } from './view-plan';
import { unchangedPlan } from './view-plan';
import { ViewRenderer } from './view-renderer';
import type { SampleKey, TransformSpec, ViewDraws, ViewSize, ViewTransform } from './view-transform';

/** Options of `views.plain`. */
export interface PlainOptions {
  /** Height and width of the view, in pixels: one number for a square (default 224), or a pair. */
  readonly inputSize?: number | readonly [height: number, width: number];
  /** Mean and deviation per channel (default: ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
  /** Default bilinear. */
  readonly interpolation?: Interpolation;
}

type PlainSettings = Required<PlainOptions>;

/** Everything a plain view does to an image, for implementations elsewhere. */
export interface PlainViewFacts {
  readonly height: number;
  readonly width: number;
  readonly interpolation: Interpolation;
  /** Normalisation of values in [0, 1]; `null` leaves them unchanged. */
  readonly normalize: NormalizeOptions | null;
}

const defaults: PlainSettings = { inputSize: 224, normalize: imagenet, interpolation: 'bilinear' };
const rules: OptionRules<PlainOptions> = {
  inputSize: viewSize,
  normalize: normalizeRule,
  interpolation: interpolationRule,
};

/** The transform that `plain` returns. */
export class PlainView implements ViewTransform {
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  /** Mean and deviation per channel; `null` leaves values in [0, 1]. */
  readonly normalize: NormalizeOptions | null;
  readonly #settings: PlainSettings;
  readonly #renderer: ViewRenderer;
  readonly #normalization: Normalization;

  constructor(settings: PlainSettings) {
    const { inputSize, normalize, interpolation } = settings;
    this.#settings = settings;
    this.normalize = normalize;
    const [height, width] = typeof inputSize === 'number' ? [inputSize, inputSize] : inputSize;
    this.views = [{ height, width }];
    const options: Json = { inputSize, normalize: normalize === null ? null : { ...normalize } };
    // Records of older versions do not name the usual interpolation.
    const how = interpolation === 'bilinear' ? {} : { interpolation };
    this.spec = { module: __filename, export: plain.name, options: { ...options, ...how } };
    this.#normalization = new Normalization(normalize);
    this.#renderer = new ViewRenderer(height, width);
  }

  /** The operations of the view, as plain data. */
  get facts(): PlainViewFacts {
    const { interpolation, normalize } = this.#settings;
    const [{ height, width } = { height: 0, width: 0 }] = this.views;
    return { height, width, interpolation, normalize };
  }

  plain(): ViewTransform {
    return this;
  }

  resized(size: number): ViewTransform {
    return new PlainView({ ...this.#settings, inputSize: size });
  }

  apply(image: Image, _sample: SampleKey, out: Float32Array, offsets: readonly number[]): void {
    checkImage(image);
    this.#renderer.renderNormalized(image, this.#planOf(image), this.#normalization, out, offsets[0] ?? 0);
  }

  draws(image: Image): readonly ViewDraws[] {
    return [{ plan: this.#planOf(image), operations: [], normalize: this.normalize }];
  }

  #planOf({ height, width }: Image): ViewPlan {
    return { ...unchangedPlan(height, width), crop: null, interpolation: this.#settings.interpolation };
  }
}

/**
 * Makes one view of each image without augmentation, for evaluation: the image is resized until it just covers the
 * view, its centre is cropped, and values are normalised. For a square, like torchvision's `Resize(inputSize)`,
 * `CenterCrop(inputSize)` and `Normalize`.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function plain(options: PlainOptions = {}): ViewTransform {
  return new PlainView(resolveOptions('views.plain', options, defaults, rules));
}

/** Returns what a view of `views.plain` does; `null` for any other. */
export function plainViewFacts(view: ViewTransform): PlainViewFacts | null {
  return view instanceof PlainView ? view.facts : null;
}
