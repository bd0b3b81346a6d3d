import type { RandomStream } from '../../engine/random';
import { FulgurError, valueText } from '../../errors';
import type { FactorySpec } from './load-factory';
import { callFactory, factorySpec } from './load-factory';

/** The pixels of one view, before normalisation. */
export interface ViewPixels {
  readonly height: number;
  readonly width: number;
  /** RGB bytes `[height, width, 3]`, to be changed in place. */
  readonly data: Uint8Array;
}

/** Changes a view's pixels. Randomness must come from `random` alone, a stream for this operation, sample, epoch and view. */
export type PixelOperation = (pixels: ViewPixels, random: RandomStream) => void;

/** The origin of your own operation, as plain data that can be sent to worker threads. */
export type CustomOperation = FactorySpec;

/** Options of `views.custom`. */
export interface CustomOperationOptions {
  /** Absolute path of the module: `__filename`, or `import.meta.url` in an ES module. */
  readonly module: string;
  /** The name under which it exports a function that takes `options` and returns a {@link PixelOperation}. */
  readonly export: string;
  /** Plain data (default `null`). */
  readonly options?: unknown;
}

/**
 * Adds your own operation to `after` of `views.view`. Loader threads load its module again, so a separate file that
 * imports only types keeps them small.
 *
 * @example
 * // invert.ts
 * export function invert({ prob }: { prob: number }): PixelOperation {
 *   return ({ data }, random) => {
 *     if (random.chance(prob)) data.forEach((level, i) => (data[i] = 255 - level));
 *   };
 * }
 * // experiment.ts
 * views.view({ size: 32, after: [views.custom({ module: require.resolve('./invert'), export: 'invert', options: { prob: 0.5 } })] })
 * @throws FulgurError of kind `config` at once if something is missing or the module has no such operation.
 */
export function custom(options: CustomOperationOptions): CustomOperation {
  const operation = factorySpec('views.custom', options);
  buildOperation(operation);
  return operation;
}

/** @throws FulgurError of kind `config` if the module has no such operation. */
export function buildOperation(spec: CustomOperation): PixelOperation {
  const made = callFactory(spec);
  if (typeof made !== 'function') {
    throw new FulgurError('config', {
      what: `"${spec.export}" of ${spec.module} returned ${valueText(made)} for its options.`,
      why: 'An operation of a view is a function that changes pixels.',
      fix: `Make ${spec.export}(options) return a function (pixels, random) => { ... }.`,
    });
  }
  return made as PixelOperation;
}

/** @throws Error if an operation returns something, such as a promise or pixels that would be ignored. */
export function applyOperation(
  operation: (...given: Parameters<PixelOperation>) => unknown,
  name: string,
  pixels: ViewPixels,
  random: RandomStream,
): void {
  const returned = operation(pixels, random);
  if (returned === undefined) return;
  const what = returned instanceof Promise ? 'a promise' : 'something';
  throw new Error(`the operation ${name} returned ${what}, but must change pixels.data in place at once`);
}
