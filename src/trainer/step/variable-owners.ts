import type * as tf from '@tensorflow/tfjs-core';
import type { Notify, PluginHooks } from '../../contracts';
import type { VariableUse } from '../../engine';
import { FulgurError } from '../../errors';
import { describeOutside, descriptionOf } from '../../nn';
import type { Module } from '../../nn';

/**
 * Whose the variables are that a run's steps read and assign. Optimisers train and checkpoints hold what the model's fields
 * hold; what stands elsewhere is refused, or named once, while a step is traced.
 */
export class VariableOwners {
  readonly #model: Module;
  readonly #notify: Notify;
  /** What was looked at before: a step that runs operation by operation asks each time. */
  readonly #seen = { read: new Set<tf.Variable>(), assigned: new Set<tf.Variable>() };

  /** @param notify hears of what is only read. */
  constructor(model: Module, notify: Notify = () => undefined) {
    this.#model = model;
    this.#notify = notify;
  }

  /**
   * Looks at what a method of the model has used.
   *
   * @throws FulgurError `module` where that assigns a variable of nobody's, or reads a parameter that is to be trained and
   * is not the model's.
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
      `${place} reads what the model does not hold: ${describeOutside(this.#model, strangers)}. ` +
        'It is taken for a constant, and is not in checkpoints; hold it in a public field of the model to save it.',
    );
  }

  /**
   * The same for a step hook of a plugin, which may have variables of its own where it saves them.
   *
   * @throws FulgurError `plugin`
   */
  checkPlugin(hooks: PluginHooks, { assigned }: VariableUse): void {
    if (hooks.pluginTensors !== undefined) return;
    const lost = this.#strangers(assigned, this.#seen.assigned);
    if (lost.length === 0) return;
    throw new FulgurError('plugin', {
      what: `it assigns what no checkpoint holds: ${describeOutside(this.#model, lost)}.`,
      why: 'A resumed run would begin with the first values again.',
      fix: 'Give them in pluginTensors(), and take them back in restorePluginState().',
    });
  }

  /** Those that are not the model's, of what was not looked at before. */
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
    what: `${place} assigns what the model does not hold: ${variables}.`,
    why: `No checkpoint holds it, so a resumed run would begin with its first values again. ${whereItWouldBeFound}`,
    fix: 'Hold it in a public field of the model: a module as it is, a single tensor as nn.buffer(...).',
  });
}

function readOutside(place: string, parameters: string): FulgurError {
  return new FulgurError('module', {
    what: `${place} reads parameters that the model does not hold: ${parameters}.`,
    why: `They are neither trained nor saved. ${whereItWouldBeFound}`,
    fix: 'Hold the module that they belong to in a public field of the model, or freeze() it where it is a constant.',
  });
}
