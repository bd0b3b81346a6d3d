import { isTracing } from '../../engine';
import type { CompiledFunction } from '../../engine';
import type { StepPosition } from '../../nn';

/** Determines which compiled function runs a batch. */
export interface BatchKind {
  /** Whether the batch completes an update. */
  readonly isUpdate: boolean;
  /** Whether it starts one. */
  readonly begins: boolean;
}

type Step<B, Result> = CompiledFunction<[B], Result>;

/**
 * A step's compiled functions: one for batches that complete an update and one for the others. Once a trace has asked
 * whether its batch starts an update, each of the two is split in two, one for each answer, because the trace contains
 * the answer.
 */
export class StepVariants<B, Result> {
  readonly #make: (isUpdate: boolean) => Step<B, Result>;
  readonly #made = new Map<string, Step<B, Result>>();
  #asked = false;

  constructor(make: (isUpdate: boolean) => Step<B, Result>) {
    this.#make = make;
  }

  /** Returns the position as a step sees it, which records whether a trace asks for the batch's place in its update. */
  watch(position: StepPosition): StepPosition {
    const note = (): void => {
      if (isTracing()) this.#asked = true;
    };
    return {
      get step() {
        return position.step;
      },
      get batchOfUpdate() {
        note();
        return position.batchOfUpdate;
      },
      run: position.run,
    };
  }

  async run(batch: B, kind: BatchKind): ReturnType<Step<B, Result>> {
    const { isUpdate } = kind;
    const name = this.#nameOf(kind);
    const step = this.#made.get(name) ?? this.#make(isUpdate);
    this.#made.set(name, step);
    const before = this.#asked;
    try {
      return await step(batch);
    } finally {
      if (this.#asked && !before) this.#split(name, kind);
    }
  }

  dispose(): void {
    for (const step of this.#made.values()) step.dispose();
    this.#made.clear();
  }

  #nameOf({ isUpdate, begins }: BatchKind): string {
    return `${isUpdate ? 'update' : 'accumulate'}${this.#asked ? ` ${begins ? 'first' : 'later'}` : ''}`;
  }

  /**
   * From now on the function that has just asked is used only for batches like this one; no function had asked before.
   */
  #split(name: string, kind: BatchKind): void {
    const asking = this.#made.get(name);
    this.#made.delete(name);
    if (asking !== undefined) this.#made.set(this.#nameOf(kind), asking);
  }
}
