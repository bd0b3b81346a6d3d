import type { BatchSource, HeldOutSplit } from './data';
import type { Json } from './json';
import type { Notify } from './tokens';

/** What your own batches are opened with. */
export interface BatchesScope {
  /** The run's seed: all random draws should depend on it and the epoch alone. */
  readonly seed: number;
  /** This process's rank: 0 if it is the only one. */
  readonly rank: number;
  readonly worldSize: number;
  /** Samples per batch on each rank: `data.batchSize`. */
  readonly batchSize: number;
  /** Whether each epoch has its own order: `data.shuffle` in training, `false` for held-out data. */
  readonly shuffle: boolean;
  /** Whether a last batch that is not full is left out: `data.dropLast` in training, `false` for held-out data. */
  readonly dropLast: boolean;
  /**
   * Whether some samples are repeated so that all ranks get the same number: `true` in training, `false` for held-out
   * data.
   */
  readonly pad: boolean;
  /** `data.path`, if it was given. */
  readonly path: string | null;
  /** The number of cores this process may use; `null` for all of the machine's. */
  readonly cores: number | null;
  /** Shows the user a message of one sentence. */
  readonly onMessage: Notify;
  /** Aborted when the run ends, to stop work that still waits in the background. */
  readonly signal: AbortSignal;
}

/** Your own batches, opened. */
export interface OpenedBatches<B> {
  readonly train: BatchSource<B>;
  /**
   * Opens the samples of an evaluation; the run closes them. Omit it if no data is held out: the module is then not
   * validated, tested or asked for predictions.
   *
   * @param scope the same scope, unshuffled and unpadded.
   */
  readonly heldOut?: (split: HeldOutSplit, scope: BatchesScope) => BatchSource<B> | Promise<BatchSource<B>>;
  /**
   * A digest of the samples and their order, which a resumed run compares (default: a digest of the options and the
   * number of samples).
   */
  readonly fingerprint?: string;
}

/** Marks the values that functions made by `defineBatches` return; the same symbol in every copy of Fulgur. */
export const batchesMark = Symbol.for('fulgur.batches');

/**
 * Your own batches with their options, as in `data: { batches: points({ noise: 0.1 }) }`.
 *
 * @typeParam B the batch: tensors in lists and plain objects.
 */
export interface BatchesDeclaration<B> {
  /** The name used in messages and records. */
  readonly name: string;
  /** What is recorded with a run: the options as given. */
  readonly spec: { readonly export: string; readonly options: Json };
  readonly [batchesMark]: true;
  open(scope: BatchesScope): Promise<OpenedBatches<B>>;
}

/** Whether a value was returned by a function made by `defineBatches`. */
export function isBatchesDeclaration(value: unknown): value is BatchesDeclaration<unknown> {
  return typeof value === 'object' && value !== null && batchesMark in value;
}

/** What is wrong with a value given as a declaration; `null` for a valid one. */
export function batchesProblem(value: unknown): string | null {
  if (isBatchesDeclaration(value)) return null;
  if (typeof value === 'function' && batchesMark in value) {
    return `must be called: batches: ${value.name}({ ... })`;
  }
  const what = "write const points = defineBatches({ name: 'points', open: ... }) and pass batches: points()";
  return `must be the result of a function made by defineBatches; ${what}`;
}
