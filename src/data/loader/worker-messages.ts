import type { DatasetSpec } from '../datasets/image-dataset';
import type { TransformSpec } from '../views';
import type { BrokenImageRule, FillResult, FillTask } from './fill-slot';
import type { Slot, SlotShape } from './slot';
import type { ThreadCompiler } from './thread-compiler';

/** What a thread is started with. */
export interface WorkerSetup {
  readonly dataset: DatasetSpec;
  readonly transform: TransformSpec;
  readonly shape: SlotShape;
  readonly slots: readonly Slot[];
  readonly seed: number;
  readonly onBrokenImage: BrokenImageRule;
  /** One shared number: the index of the sample that the thread works on. */
  readonly position: Uint32Array;
}

/** The same, and how the thread gets at its code. */
export interface ThreadData extends WorkerSetup {
  /** Files that make the data set and the transform. */
  readonly modules: readonly string[];
  readonly compiler: ThreadCompiler;
  /** The thread's own file. */
  readonly entry: string;
}

/** To a thread: fill these places of a slot. */
export interface WorkerRequest {
  readonly id: number;
  readonly slot: number;
  readonly task: FillTask;
}

/** From a thread. */
export type WorkerReply =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'unfit';
      readonly reason: string;
      readonly stack: string;
      /** Of an error of Fulgur's own. */
      readonly parts: {
        readonly what: string;
        readonly why?: string | undefined;
        readonly fix: string;
      } | null;
    }
  | { readonly kind: 'done'; readonly id: number; readonly result: FillResult };
