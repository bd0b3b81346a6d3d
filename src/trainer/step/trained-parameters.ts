import type * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Notify, Optimizer } from '../../contracts';
import { FulgurError } from '../../errors';
import { describeOutside, listNames } from '../../nn';
import type { Module } from '../../nn';

/** The parameters of a fit, seen from three sides: the model holds them, optimisers move them, the loss reaches them. */
export class TrainedParameters {
  readonly #model: Module;
  readonly #notify: Notify;
  /** The model's parameters and buffers when its state was built. */
  readonly #built: ReadonlyMap<string, tf.Variable>;
  #isTold = false;

  /** To be made once the model's state is built or restored, before its optimisers are. */
  constructor(model: Module, notify: Notify) {
    this.#model = model;
    this.#notify = notify;
    this.#built = model.namedVariables();
  }

  /** @throws FulgurError `module` where an optimiser has a parameter that is not the model's. */
  requireOwned(optimizers: readonly Pick<Optimizer, 'kind' | 'parameters'>[]): void {
    const own = new Set<tf.Variable>(this.#model.namedVariables().values());
    for (const optimizer of optimizers) {
      const foreign = [...optimizer.parameters().values()].filter((variable) => !own.has(variable));
      if (foreign.length === 0) continue;
      throw new FulgurError('module', {
        what: `configureOptimizers of ${this.#name} gives optim.${optimizer.kind} parameters that the model does not hold: ${describeOutside(this.#model, foreign)}.`,
        why: 'They would be trained, and no checkpoint would hold them.',
        fix: 'Hold the module that they belong to in a public field of the model.',
      });
    }
  }

  /** The same as `requireSame`, until the first step has been traced. */
  requireSameAtFirst(): void {
    if (!this.#isTold) this.requireSame();
  }

  /** @throws FulgurError `module` where a hook has given the model other parameters or buffers, or taken some away. */
  requireSame(): void {
    const now = this.#model.namedVariables();
    const changed = [...new Set([...this.#built.keys(), ...now.keys()])].filter(
      (name) => this.#built.get(name) !== now.get(name),
    );
    if (changed.length === 0) return;
    throw new FulgurError('module', {
      what: `The parameters and buffers of ${this.#name} are not those that it began with; these were added, removed or replaced: ${listNames(changed, [...this.#built.keys(), ...now.keys()])}.`,
      why: 'Steps and optimisers know the first ones, and a resumed run has no others to load a checkpoint into.',
      fix: 'Build all modules in the constructor or in setup(); later, set their values with loadStateDict() or assign().',
    });
  }

  /**
   * Says once which parameters are not trained, though nothing says that they are not to be.
   *
   * @param trained what the optimisers move, by their names.
   * @param gradients those that the update gets, by the same names.
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
