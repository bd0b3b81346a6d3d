import type * as tf from '@tensorflow/tfjs-core';
import type { Notify, PluginHooks } from '../../contracts';
import type { VariableUse } from '../../engine';
import { FulgurError } from '../../errors';
import { describeOutside, descriptionOf } from '../../nn';
import type { Module } from '../../nn';

/**
 * Checks who owns the variables that a run's steps read and assign. Optimisers train, and checkpoints contain, only
 * what is in the model's fields; other variables are rejected, or reported once, while a step is traced.
 */
export class VariableOwners {
  readonly #model: Module;
  readonly #notify: Notify;
  /** The variables checked so far: a step that runs operation by operation asks each time. */
  readonly #seen = { read: new Set<tf.Variable>(), assigned: new Set<tf.Variable>() };

  /** @param notify receives warnings about variables that are only read. */
  constructor(model: Module, notify: Notify = () => undefined) {
    this.#model = model;
    this.#notify = notify;
  }

  /**
   * Checks the variables that a method of the model has used.
   *
   * @throws FulgurError `module` if it assigns a variable that nobody owns, or reads a trainable parameter that is not
   *   the model's.
   */
  check(method: string, { read, assigned }: VariableUse): void {
    const place = `${method} of ${this.#model.constructor.name}`;
    const strangers = this.#strangers(read, this.#seen.read);
    const untrained = strangers.filter(
      (variable) => variable.trainable && descriptionOf(variable)?.role === 'parameter',
    );
    if (untrained.length > 0) throw readOutside(place, describeOutside(this.#model, untrained));
    const lost = this.#strangers(assigned, this.#seen.assigned);
    if (lost.length > 0) throw assignedOutside(place, describeOutside(this.#model, lost));
    if (strangers.length === 0) return;
    this.#notify(
      'warning',
      `${place} reads variables that the model does not contain: ${describeOutside(this.#model, strangers)}. ` +
        'They are treated as constants and are not in checkpoints; keep them in a public field of the model to save them.',
    );
  }

  /**
   * Checks the variables that a step hook of a plugin has used; a plugin may have variables of its own if it saves
   * them.
   *
   * @throws FulgurError `plugin`
   */
  checkPlugin(hooks: PluginHooks, { assigned }: VariableUse): void {
    if (hooks.pluginTensors !== undefined) return;
    const lost = this.#strangers(assigned, this.#seen.assigned);
    if (lost.length === 0) return;
    throw new FulgurError('plugin', {
      what: `it assigns variables that no checkpoint contains: ${describeOutside(this.#model, lost)}.`,
      why: 'A resumed run would start with their first values again.',
      fix: 'Return them from pluginTensors(), and restore them in restorePluginState().',
    });
  }

  /** Returns the variables not checked before that are not the model's. */
  #strangers(used: ReadonlySet<tf.Variable>, seen: Set<tf.Variable>): tf.Variable[] {
    const fresh = [...used].filter((variable) => !seen.has(variable));
    if (fresh.length === 0) return [];
    const own = new Set<tf.Variable>(this.#model.namedVariables().values());
    for (const variable of fresh) seen.add(variable);
    return fresh.filter((variable) => !own.has(variable));
  }
}

const whereItWouldBeFound =
  'Only public fields of modules, and arrays in them, are searched: not #private fields, Maps, closures or other files.';

function assignedOutside(place: string, variables: string): FulgurError {
  return new FulgurError('module', {
    what: `${place} assigns variables that the model does not contain: ${variables}.`,
    why: `No checkpoint contains them, so a resumed run would start with their first values again. ${whereItWouldBeFound}`,
    fix: 'Keep them in a public field of the model: a module as it is, a single tensor as nn.buffer(...).',
  });
}

function readOutside(place: string, parameters: string): FulgurError {
  return new FulgurError('module', {
    what: `${place} reads parameters that the model does not contain: ${parameters}.`,
    why: `They are neither trained nor saved. ${whereItWouldBeFound}`,
    fix: 'Keep the module that they belong to in a public field of the model, or freeze() it if it is constant.',
  });
}
