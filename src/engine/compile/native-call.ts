import type { EagerRunner } from '../backend/eager-runner';
import type { OpAttribute } from '../backend/op-attributes';
import type { NativePointer } from '../native/native-library';
import { trimHeap } from '../native/trim-heap';

/** Runs a native function off the JavaScript thread. */
export class NativeCall {
  #hasRun = false;

  constructor(
    private readonly eager: EagerRunner,
    private readonly name: string,
    private readonly options: readonly OpAttribute[],
  ) {}

  async run(inputs: readonly NativePointer[], outputs: number): Promise<NativePointer[]> {
    if (this.#hasRun) return this.eager.runAsync(this.name, this.options, inputs, outputs);
    // The memory in which the function was made, and then that of TensorFlow's optimiser, would add to the peak of
    // every later run.
    trimHeap();
    const handles = await this.eager.runAsync(this.name, this.options, inputs, outputs);
    trimHeap();
    this.#hasRun = true;
    return handles;
  }
}
