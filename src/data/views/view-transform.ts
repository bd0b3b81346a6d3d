import type { Json } from '../../contracts';
import { FulgurError, valueText } from '../../errors';
import type { Image } from '../image';
import { callFactory } from './load-factory';
import type { NormalizeOptions } from './normalization';
import type { ViewPlan } from './view-plan';

/** What a sample's random draws depend on. They depend on nothing else, so neither workers nor timing change a view. */
export interface SampleKey {
  readonly seed: number;
  readonly epoch: number;
  /** Index of the sample in its data set. */
  readonly index: number;
}

/** How a worker thread rebuilds the same transform: `require(module)[export](options)`. */
export interface TransformSpec {
  /** Absolute path of the module. */
  readonly module: string;
  readonly export: string;
  readonly options: Json;
  /** Other user modules that it loads, which worker threads must be able to load too. */
  readonly modules?: readonly string[];
  /** What is recorded with a run instead of the options, without paths of this machine. */
  readonly recorded?: Json;
}

/** The size of a view, in pixels. */
export interface ViewSize {
  readonly height: number;
  readonly width: number;
}

/** How a view of an image was made, for displays. */
export interface ViewDraws {
  /** `null` if a custom operation makes the whole view. */
  readonly plan: ViewPlan | null;
  /** Names of the custom operations on it, in order. */
  readonly operations: readonly string[];
  /** The normalisation of its levels; `null` for none. */
  readonly normalize: NormalizeOptions | null;
}

/** Turns an image into one or several normalised views. It keeps scratch memory, so use one instance per thread. */
export interface ViewTransform {
  /** The size of each view, in order. */
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  /**
   * Returns the evaluation form: one view without augmentation, resized and cropped to the first view's size, with this
   * transform's normalisation.
   */
  plain(): ViewTransform;
  /**
   * Returns the same views as squares of another size in pixels, as for `data.viewSize`. Omit it if the transform has a
   * fixed size.
   *
   * @throws FulgurError of kind `config` if its views have several sizes.
   */
  resized?(size: number): ViewTransform;
  /** Writes view v as float32 `[height, width, 3]` of its size, normalised, into `out` from `offsets[v]` on. */
  apply(image: Image, sample: SampleKey, out: Float32Array, offsets: readonly number[]): void;
  /** Returns what `apply` draws for each view. Omit it if the transform cannot tell. */
  draws?(image: Image, sample: SampleKey): readonly ViewDraws[];
}

/**
 * Builds a transform from its spec, for example in a worker thread.
 *
 * @throws FulgurError of kind `config` if the module has no such factory.
 */
export function rebuildTransform(spec: TransformSpec): ViewTransform {
  const made = callFactory(spec);
  if (isViewTransform(made)) return made;
  throw new FulgurError('config', {
    what: `"${spec.export}" of ${spec.module} returned ${valueText(made)} for its options.`,
    why: 'Worker threads rebuild view transforms from the module and name in their spec.',
    fix: `Make ${spec.export}(options) return a view transform.`,
  });
}

/** Whether a value has the parts of a view transform. */
export function isViewTransform(value: unknown): value is ViewTransform {
  if (typeof value !== 'object' || value === null) return false;
  const { views, apply, plain, spec } = value as Partial<ViewTransform>;
  const acts = typeof apply === 'function' && typeof plain === 'function';
  return acts && Array.isArray(views) && typeof spec === 'object';
}
