import * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '../contracts';
import { buffer, layoutOf, loadState, readVariable } from '../nn';
import type { Buffer, Parameter } from '../nn';

/** Tensors that an optimiser keeps for each parameter, such as its momentum; initially zero. */
export class Slots {
  readonly #slots = new Map<string, Buffer>();

  /** @param slot PyTorch's name of the slot. */
  add(slot: string, parameterName: string, parameter: Parameter): void {
    const kept = buffer(tf.zeros(parameter.shape), { layout: layoutOf(parameter) });
    this.#slots.set(`${slot}/${parameterName}`, kept);
  }

  of(slot: string, parameterName: string): Buffer {
    const kept = this.#slots.get(`${slot}/${parameterName}`);
    if (kept === undefined) throw new Error(`The optimiser has no slot '${slot}' for '${parameterName}'`);
    return kept;
  }

  /**
   * Assigns a parameter its updated value, on a condition: if it is false, the parameter and its slots stay unchanged.
   * @param isMade the condition, a boolean of the step.
   * @param update computes the value, and assigns slots meanwhile.
   */
  keepUnless(
    isMade: tf.Scalar,
    { name, parameter }: { readonly name: string; readonly parameter: Parameter },
    update: () => tf.Tensor,
  ): void {
    const own = [...this.#slots].filter(([slot]) => slot.slice(slot.indexOf('/') + 1) === name);
    const before = own.map(([, kept]) => tf.clone(kept));
    const after = update();
    parameter.assign(tf.where(isMade, after, parameter));
    own.forEach(([, kept], index) => {
      const old = before[index];
      if (old !== undefined) kept.assign(tf.where(isMade, kept, old));
    });
  }

  state(): StateDict {
    return new Map([...this.#slots].map(([name, kept]) => [name, readVariable(kept)]));
  }

  /** @throws FulgurError `state`, naming every slot that does not fit; then nothing is changed. */
  restore(owner: string, state: StateDict): void {
    loadState(owner, this.#slots, state);
  }

  dispose(): void {
    for (const kept of this.#slots.values()) kept.dispose();
  }
}
