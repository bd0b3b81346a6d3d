import type { Json } from '../../contracts';
import { FulgurError } from '../../errors';
import { moduleExports } from '../../system';
import type { Image } from '../image';

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
}

/** The size of a view, in pixels. */
export interface ViewSize {
  readonly height: number;
  readonly width: number;
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
  /** Writes view v as float32 `[height, width, 3]` of its size, normalised, into `out` from `offsets[v]` on. */
  apply(image: Image, sample: SampleKey, out: Float32Array, offsets: readonly number[]): void;
}

type TransformFactory = (options: Json) => ViewTransform;

/**
 * Builds a transform from its spec, for example in a worker thread.
 *
 * @throws FulgurError of kind `config` where the module has no such factory.
 */
export function rebuildTransform(spec: TransformSpec): ViewTransform {
  const factory = moduleExports(spec.module)[spec.export];
  if (typeof factory !== 'function') {
    throw new FulgurError('config', {
      what: `${spec.module} exports no function "${spec.export}".`,
      why: 'Worker threads build view transforms again from the module and name in their spec.',
      fix: `Export the factory of the transform as "${spec.export}" from that module.`,
    });
  }
  return (factory as TransformFactory)(spec.options);
}
