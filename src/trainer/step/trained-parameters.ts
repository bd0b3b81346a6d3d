import type * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Notify, Optimizer } from '../../contracts';
import { FulgurError } from '../../errors';
import { describeOutside, listNames } from '../../nn';
import type { Module } from '../../nn';

/**
 * The parameters of a fit, as three parts see them: the model contains them, optimisers update them, the loss reaches
 * them.
 */
export class TrainedParameters {
  readonly #model: Module;
  readonly #notify: Notify;
  /** The model's parameters and buffers when its state was built. */
  readonly #built: ReadonlyMap<string, tf.Variable>;
  #isTold = false;

  /** Create it after the model's state is built or restored, and before its optimisers. */
  constructor(model: Module, notify: Notify) {
    this.#model = model;
    this.#notify = notify;
    this.#built = model.namedVariables();
  }

  /** @throws FulgurError `module` if an optimiser has a parameter that is not the model's. */
  requireOwned(optimizers: readonly Pick<Optimizer, 'kind' | 'parameters'>[]): void {
    const own = new Set<tf.Variable>(this.#model.namedVariables().values());
    for (const optimizer of optimizers) {
      const foreign = [...optimizer.parameters().values()].filter((variable) => !own.has(variable));
      if (foreign.length === 0) continue;
      throw new FulgurError('module', {
        what: `configureOptimizers of ${this.#name} gives optim.${optimizer.kind} parameters that the model does not contain: ${describeOutside(this.#model, foreign)}.`,
        why: 'They would be trained, but no checkpoint would contain them.',
        fix: 'Keep the module that they belong to in a public field of the model.',
      });
    }
  }

  /** Does the same as `requireSame`, until the first step has been traced. */
  requireSameAtFirst(): void {
    if (!this.#isTold) this.requireSame();
  }

  /** @throws FulgurError `module` if a hook has added, removed or replaced parameters or buffers of the model. */
  requireSame(): void {
    const now = this.#model.namedVariables();
    const changed = [...new Set([...this.#built.keys(), ...now.keys()])].filter(
      (name) => this.#built.get(name) !== now.get(name),
    );
    if (changed.length === 0) return;
    throw new FulgurError('module', {
      what: `The parameters and buffers of ${this.#name} are no longer those with which it started; these were added, removed or replaced: ${listNames(changed, [...this.#built.keys(), ...now.keys()])}.`,
      why: 'Steps and optimisers use the original ones, and a resumed run has no others into which to load a checkpoint.',
      fix: 'Build all modules in the constructor or in setup(); set their values later with loadStateDict() or assign().',
    });
  }

  /**
   * Reports once which parameters are not trained although they are not frozen.
   * @param trained the parameters that the optimisers update, by name.
   * @param gradients the gradients of the update, by the same names.
   */
  tellUntrained(trained: ReadonlyMap<string, tf.Variable>, gradients: Gradients): void {
    if (this.#isTold) return;
    this.#isTold = true;
    const own = this.#model.namedParameters();
    const moved = new Set(trained.values());
    const reached = new Set([...gradients.keys()].map((name) => trained.get(name)));
    const open = [...own].filter(([, { trainable }]) => trainable);
    const namesOf = (entries: typeof open): string =>
      listNames(
        entries.map(([name]) => name),
        [...own.keys()],
      );
    const homeless = open.filter(([, parameter]) => !moved.has(parameter));
    if (homeless.length > 0) {
      this.#notify(
        'warning',
        `No optimiser has these parameters of ${this.#name}: ${namesOf(homeless)}. They are not trained; ` +
          'give them to one in configureOptimizers, or freeze() them if that is meant.',
      );
    }
    const unreached = open.filter(([, parameter]) => moved.has(parameter) && !reached.has(parameter));
    if (unreached.length === 0) return;
    this.#notify(
      'warning',
      `The loss of ${this.#name} does not reach these parameters: ${namesOf(unreached)}. They stay as they are, without ` +
        'weight decay or momentum; freeze() them if that is meant.',
    );
  }

  get #name(): string {
    return this.#model.constructor.name;
  }
}
