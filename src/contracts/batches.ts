import type { BatchSource } from './data';
import type { Json } from './json';
import type { Notify } from './tokens';

/** What batches of one's own are opened with. */
export interface BatchesScope {
  /** The run's: what is drawn at random is to be a function of it and of the epoch. */
  readonly seed: number;
  /** This process's place among the ranks: 0 of 1 for a process alone. */
  readonly rank: number;
  readonly worldSize: number;
  /** Samples in a batch, on each rank: `data.batchSize`. */
  readonly batchSize: number;
  /** Whether an epoch has an order of its own: `data.shuffle` in training, `false` for held-out data. */
  readonly shuffle: boolean;
  /** Whether a last batch that is not full is left out: `data.dropLast` in training, `false` for held-out data. */
  readonly dropLast: boolean;
  /** Whether ranks get equally many samples by getting some twice: `true` in training, `false` for held-out data. */
  readonly pad: boolean;
  /** `data.path`, where it was given. */
  readonly path: string | null;
  /** Cores that this process may count on; `null` for those of the machine. */
  readonly cores: number | null;
  /** Says a sentence to the user. */
  readonly onMessage: Notify;
  /** Aborted when the run is over: ends what still waits in the background. */
  readonly signal: AbortSignal;
}

/** The samples that an evaluation covers. */
export type HeldOutSplit = 'train' | 'test' | 'all';

/** Batches of one's own, open. */
export interface OpenedBatches<B> {
  readonly train: BatchSource<B>;
  /**
   * Opens samples to evaluate; the run closes them. Left out where nothing is held out: then the module is not validated,
   * tested or asked for predictions.
   *
   * @param scope the same, in order and unpadded.
   */
  readonly heldOut?: (split: HeldOutSplit, scope: BatchesScope) => BatchSource<B> | Promise<BatchSource<B>>;
  /** A digest of the samples and their order, which a resumed run compares (default: of options and number of samples). */
  readonly fingerprint?: string;
}

/** Marks what a function of `defineBatches` returns; the same in every copy of Fulgur. */
export const batchesMark = Symbol.for('fulgur.batches');

/**
 * Batches of one's own with their options: what `data: { batches: points({ noise: 0.1 }) }` takes.
 *
 * @typeParam B the batch: tensors in lists and plain objects.
 */
export interface BatchesDeclaration<B> {
  /** As messages and records have it. */
  readonly name: string;
  /** What is recorded with a run: the options as they were given. */
  readonly spec: { readonly export: string; readonly options: Json };
  readonly [batchesMark]: true;
  open(scope: BatchesScope): Promise<OpenedBatches<B>>;
}

/** Whether a value is what a function of `defineBatches` returned. */
export function isBatchesDeclaration(value: unknown): value is BatchesDeclaration<unknown> {
  return typeof value === 'object' && value !== null && batchesMark in value;
}

/** What is wrong with a value in the place of a declaration; `null` for one. */
export function batchesProblem(value: unknown): string | null {
  if (isBatchesDeclaration(value)) return null;
  if (typeof value === 'function' && batchesMark in value) {
    return `must be called: batches: ${value.name}({ ... })`;
  }
  const what = "write const points = defineBatches({ name: 'points', open: ... }) and give batches: points()";
  return `must be what a function of defineBatches returns; ${what}`;
}
