import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import type { FulgurBackend } from '../backend/fulgur-backend';

/** Every variable that tfjs knows, by name. */
export function liveVariables(): tf.Variable[] {
  return Object.values(tf.engine().state.registeredVariables);
}

/**
 * Gives every variable an id that nothing else has. `target.assign(online)` makes two variables share one, and a trace
 * could not show which of them it reads.
 */
export function separateVariables(backend: FulgurBackend): void {
  for (const variable of liveVariables()) {
    if (backend.refCount(variable.dataId) === 1) continue;
    const own = backend.alias(variable);
    variable.assign(own);
    own.dispose();
  }
}

/** Variables as they were before a trace; an assignment while tracing must not outlive it. */
export class VariableSnapshot {
  readonly #before = new Map<tf.Variable, tf.Tensor>();

  constructor() {
    for (const variable of liveVariables()) this.#before.set(variable, tf.keep(variable.clone()));
  }

  get variables(): tf.Variable[] {
    return [...this.#before.keys()];
  }

  /** Variables that have been assigned since. */
  changed(): tf.Variable[] {
    return [...this.#before]
      .filter(([variable, old]) => variable.dataId !== old.dataId)
      .map(([variable]) => variable);
  }

  /** Puts every variable's value back, and removes variables that were born since. */
  restore(): void {
    for (const variable of this.born()) variable.dispose();
    for (const [variable, old] of this.#before) {
      if (variable.dataId !== old.dataId) variable.assign(old);
      old.dispose();
    }
  }

  born(): tf.Variable[] {
    return liveVariables().filter((variable) => !this.#before.has(variable));
  }

  /** @throws FulgurError `trace` when a variable was born since */
  refuseBorn(name: string): void {
    const [first] = this.born();
    if (first === undefined) return;
    throw new FulgurError('trace', {
      what: `A variable of shape [${first.shape.join(', ')}] was created while '${name}' was being traced.`,
      why: 'A traced function runs once, so a variable made in it would be made once and lost.',
      fix: 'Create parameters, buffers and optimisers before the compiled function is first called.',
    });
  }
}
