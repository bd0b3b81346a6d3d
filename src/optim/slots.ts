import * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '../contracts';
import { buffer, layoutOf, loadState, readVariable } from '../nn';
import type { Buffer, Parameter } from '../nn';

/** Tensors that an optimiser keeps beside each parameter, such as its momentum; zero at first. */
export class Slots {
  readonly #slots = new Map<string, Buffer>();

  /** @param names of the slots that each parameter gets, in PyTorch's words. */
  constructor(names: readonly string[], parameters: readonly [name: string, parameter: Parameter][]) {
    for (const name of names) {
      for (const [parameterName, parameter] of parameters) {
        const slot = buffer(tf.zeros(parameter.shape), { layout: layoutOf(parameter) });
        this.#slots.set(`${name}/${parameterName}`, slot);
      }
    }
  }

  of(slot: string, parameterName: string): Buffer {
    const found = this.#slots.get(`${slot}/${parameterName}`);
    if (found === undefined) throw new Error(`No slot '${slot}' of '${parameterName}'`);
    return found;
  }

  state(): StateDict {
    return new Map([...this.#slots].map(([name, slot]) => [name, readVariable(slot)]));
  }

  /** @throws FulgurError `state`, naming every slot that does not fit; then nothing is changed. */
  restore(owner: string, state: StateDict): void {
    loadState(owner, this.#slots, state);
  }

  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose();
  }
}
