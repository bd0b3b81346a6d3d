import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Optimizer, OptimizerState } from '../contracts';
import { afterStep, stepInput } from '../engine';
import { FulgurError } from '../errors';
import { setRandomPosition } from '../nn';
import type { Parameter } from '../nn';
import type { CommonOptions, SettledGroup } from './parameter-groups';
import { Slots } from './slots';

/** What one parameter's update is made of. */
export interface Update<Options> {
  readonly name: string;
  readonly parameter: Parameter;
  readonly gradient: tf.Tensor;
  readonly options: Options;
  /** The learning rate of this step. */
  readonly learningRate: tf.Scalar;
}

/**
 * What optimisers share: gradients by name, the step count, schedules, saved state. A subclass says how one
 * parameter moves.
 *
 * Frozen parameters are left alone. Learning rate and step count enter a compiled step as per-step inputs, and the
 * count advances after each call, so one trace serves the whole training.
 */
export abstract class SteppedOptimizer<Options extends CommonOptions> implements Optimizer {
  readonly kind: string;
  protected readonly slots: Slots;
  readonly #groups: readonly SettledGroup<Options>[];
  #stepCount = 0;

  constructor(kind: string, groups: readonly SettledGroup<Options>[], slotNames: readonly string[]) {
    this.kind = kind;
    this.#groups = groups;
    this.slots = new Slots(
      slotNames,
      groups.flatMap(({ members }) => members),
    );
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  /** The learning rate of the next update, in the first group. */
  get learningRate(): number {
    const [first] = this.#groups;
    return first === undefined ? 0 : this.#rateOf(first);
  }

  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients } {
    const members = this.#trained();
    const { value, grads } = tf.tidy(() =>
      tf.variableGrads(
        () => checkedLoss(loss()),
        members.map(([, parameter]) => parameter),
      ),
    );
    const gradients = new Map(
      members.map(([name, parameter]) => [name, grads[parameter.name] ?? tf.zerosLike(parameter)]),
    );
    return { loss: value, gradients };
  }

  apply(gradients: Gradients): void {
    tf.tidy(() => {
      for (const group of this.#groups) {
        const learningRate = stepInput(() => this.#rateOf(group));
        for (const [name, parameter] of group.members) {
          if (!parameter.trainable) continue;
          const gradient = gradients.get(name);
          if (gradient === undefined) throw missingGradient(name);
          parameter.assign(this.update({ name, parameter, gradient, options: group.options, learningRate }));
        }
      }
    });
    afterStep(() => {
      this.#moveTo(this.#stepCount + 1);
    });
  }

  minimize(loss: () => tf.Scalar): tf.Scalar {
    return tf.tidy(() => {
      const result = this.gradients(loss);
      this.apply(result.gradients);
      return result.loss;
    });
  }

  state(): OptimizerState {
    return { kind: this.kind, stepCount: this.#stepCount, slots: this.slots.state() };
  }

  restore(state: OptimizerState): void {
    if (state.kind !== this.kind) {
      throw new FulgurError('state', {
        what: `The state of optimizer '${state.kind}' was given to optim.${this.kind}.`,
        fix: 'Resume with the optimizer that the run was started with.',
      });
    }
    this.slots.restore(`optim.${this.kind}`, state.slots);
    this.#moveTo(state.stepCount);
  }

  dispose(): void {
    this.slots.dispose();
  }

  /** The parameter's new value; slots are assigned on the way. Everything else that it makes is freed. */
  protected abstract update(update: Update<Options>): tf.Tensor;

  #moveTo(stepCount: number): void {
    this.#stepCount = stepCount;
    setRandomPosition(stepCount);
  }

  #rateOf({ options: { learningRate } }: SettledGroup<Options>): number {
    return typeof learningRate === 'number' ? learningRate : learningRate(this.#stepCount);
  }

  #trained(): (readonly [name: string, parameter: Parameter])[] {
    const members = this.#groups.flatMap((group) => group.members).filter(([, { trainable }]) => trainable);
    if (members.length > 0) return members;
    throw new FulgurError('module', {
      what: `All parameters of optim.${this.kind} are frozen.`,
      fix: 'Call unfreeze() on what is to be trained.',
    });
  }
}

function checkedLoss(loss: tf.Scalar): tf.Scalar {
  if (loss.rank === 0) return loss;
  throw new FulgurError('module', {
    what: `The loss has the shape [${(loss as tf.Tensor).shape.join(', ')}].`,
    why: 'Gradients are taken of one number.',
    fix: 'Return a scalar: take tf.mean(...) of it.',
  });
}

function missingGradient(name: string): FulgurError {
  return new FulgurError('module', {
    what: `There is no gradient for the parameter '${name}'.`,
    why: 'A step hook may have returned a map without it.',
    fix: 'Return a gradient for every parameter that is not frozen.',
  });
}
