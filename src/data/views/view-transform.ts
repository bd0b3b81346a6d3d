import type { Json } from '../../contracts';
import { FulgurError, valueText } from '../../errors';
import type { Image } from '../image';
import { callFactory } from './load-factory';
import type { NormalizeOptions } from './normalization';
import type { ViewPlan } from './view-plan';

/** What a sample's random draws depend on; nothing else does, so neither workers nor timing change a view. */
export interface SampleKey {
  readonly seed: number;
  readonly epoch: number;
  /** Index of the sample in its data set. */
  readonly index: number;
}

/** How a worker thread builds the same transform again: `require(module)[export](options)`. */
export interface TransformSpec {
  /** Absolute path of the module. */
  readonly module: string;
  readonly export: string;
  readonly options: Json;
  /** Other modules of the user's that it loads: worker threads have to be able to. */
  readonly modules?: readonly string[];
  /** What the record of a run says in place of the options: without paths of this machine. */
  readonly recorded?: Json;
}

/** The size of a view, in pixels. */
export interface ViewSize {
  readonly height: number;
  readonly width: number;
}

/** How a view of an image came to be, for whoever shows it. */
export interface ViewDraws {
  /** `null` where an operation of the user's own makes the whole view. */
  readonly plan: ViewPlan | null;
  /** Names of the user's own operations on it, in order. */
  readonly operations: readonly string[];
  /** What its levels were normalised by; `null` for none. */
  readonly normalize: NormalizeOptions | null;
}

/** Turns an image into one or several normalised views. Keeps scratch memory: one thread, one instance. */
export interface ViewTransform {
  /** The size of each view, in order. */
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  /**
   * The evaluation form: one view without augmentation, resized and cut to the first view's size, with this transform's
   * normalisation.
   */
  plain(): ViewTransform;
  /**
   * The same views as squares of another size, in pixels: `data.viewSize`. A transform that has one size only leaves it out.
   *
   * @throws FulgurError of kind `config` where its views have several sizes.
   */
  resized?(size: number): ViewTransform;
  /** Writes view v as float32 `[height, width, 3]` of its size, normalised, into `out` from `offsets[v]` on. */
  apply(image: Image, sample: SampleKey, out: Float32Array, offsets: readonly number[]): void;
  /** What `apply` draws for each view. A transform that cannot tell leaves it out. */
  draws?(image: Image, sample: SampleKey): readonly ViewDraws[];
}

/**
 * Builds a transform from its spec, for example in a worker thread.
 *
 * @throws FulgurError of kind `config` where the module has no such factory.
 */
export function rebuildTransform(spec: TransformSpec): ViewTransform {
  const made = callFactory(spec);
  if (isViewTransform(made)) return made;
  throw new FulgurError('config', {
    what: `"${spec.export}" of ${spec.module} returned ${valueText(made)} for its options.`,
    why: 'Worker threads build view transforms again from the module and name in their spec.',
    fix: `Let ${spec.export}(options) return a view transform.`,
  });
}

/** Whether something has the parts of a view transform. */
export function isViewTransform(value: unknown): value is ViewTransform {
  if (typeof value !== 'object' || value === null) return false;
  const { views, apply, plain, spec } = value as Partial<ViewTransform>;
  const acts = typeof apply === 'function' && typeof plain === 'function';
  return acts && Array.isArray(views) && typeof spec === 'object';
}
