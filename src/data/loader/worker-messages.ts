import type { DatasetSpec } from '../datasets/image-dataset';
import type { TransformSpec } from '../views';
import type { BrokenImageRule, FillResult, FillTask } from './fill-slot';
import type { Slot, SlotShape } from './slot';
import type { ThreadCompiler } from './thread-compiler';

/** The data that a thread is started with. */
export interface WorkerSetup {
  readonly dataset: DatasetSpec;
  readonly transform: TransformSpec;
  readonly shape: SlotShape;
  readonly slots: readonly Slot[];
  readonly seed: number;
  readonly onBrokenImage: BrokenImageRule;
  /** A shared number: the index of the sample that the thread is working on. */
  readonly position: Uint32Array;
}

/** The same, with how the thread loads its code. */
export interface ThreadData extends WorkerSetup {
  /** Files that define the data set and the transform. */
  readonly modules: readonly string[];
  readonly compiler: ThreadCompiler;
  /** The file that the thread runs. */
  readonly entry: string;
}

/** A message to a thread: fill these places of a slot. */
export interface WorkerRequest {
  readonly id: number;
  readonly slot: number;
  readonly task: FillTask;
}

/** A message from a thread. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'unfit';
      readonly reason: string;
      readonly stack: string;
      /** The parts of a FulgurError. */
      readonly parts: {
        readonly what: string;
        readonly why?: string | undefined;
        readonly fix: string;
      } | null;
    }
  | { readonly kind: 'done'; readonly id: number; readonly result: FillResult };
