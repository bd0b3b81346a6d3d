import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import type { FulgurBackend } from '../backend/fulgur-backend';

/** Every variable that tfjs knows, by name. */
export function liveVariables(): tf.Variable[] {
  return Object.values(tf.engine().state.registeredVariables);
}

/**
 * Gives every variable a unique id. `target.assign(online)` makes two variables share one, and a trace could not
 * distinguish which of them it reads.
 */
export function separateVariables(backend: FulgurBackend): void {
  for (const variable of liveVariables()) {
    if (backend.refCount(variable.dataId) === 1) continue;
    const own = backend.alias(variable);
    variable.assign(own);
    own.dispose();
  }
}

/** The values of variables before a trace; an assignment while tracing must not outlive it. */
export class VariableSnapshot {
  readonly #before = new Map<tf.Variable, tf.Tensor>();

  constructor() {
    for (const variable of liveVariables()) this.#before.set(variable, tf.keep(variable.clone()));
  }

  get variables(): tf.Variable[] {
    return [...this.#before.keys()];
  }

  /** The variables that have been assigned since. */
  changed(): tf.Variable[] {
    return [...this.#before]
      .filter(([variable, old]) => variable.dataId !== old.dataId)
      .map(([variable]) => variable);
  }

  /** Restores every variable's value, and removes variables that were created since. */
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

  /** @throws FulgurError `trace` if a variable was created since */
  refuseBorn(name: string): void {
    const [first] = this.born();
    if (first === undefined) return;
    throw new FulgurError('trace', {
      what: `A variable of shape [${first.shape.join(', ')}] was created while '${name}' was being traced.`,
      why: 'A traced function runs once, so a variable created in it would be created once and lost.',
      fix: 'Create parameters, buffers and optimisers before the compiled function is first called.',
    });
  }
}
