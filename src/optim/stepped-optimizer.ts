import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Optimizer, OptimizerState } from '../contracts';
import { afterStep, stepInput } from '../engine';
import { FulgurError } from '../errors';
import { setRandomPosition } from '../nn';
import type { Parameter } from '../nn';
import { lossGradients } from './loss-gradients';
import type { CommonOptions, SettledGroup } from './parameter-groups';
import { Slots } from './slots';

/** One parameter about to be updated. */
export interface Member {
  readonly name: string;
  readonly parameter: Parameter;
  readonly gradient: tf.Tensor;
}

/** Gives a parameter's new value; slots are assigned on the way, and everything else that it makes is freed. */
export type UpdateRule = (member: Member) => tf.Tensor;

/**
 * What optimisers share: gradients by name, the step count, schedules, saved state. A subclass says how one
 * parameter moves.
 *
 * Frozen parameters are left alone. Learning rate and step count enter a compiled step as per-step inputs, and the
 * count advances after each call, so one trace serves the whole training.
 */
export abstract class SteppedOptimizer<Options extends CommonOptions> implements Optimizer {
  readonly kind: string;
  readonly slots = new Slots();
  readonly #groups: readonly SettledGroup<Options>[];
  #stepCount = 0;
  #override: ((step: number) => number) | null = null;

  /** @param slotsOf names of the slots that each parameter of a group with these options gets. */
  constructor(
    kind: string,
    groups: readonly SettledGroup<Options>[],
    slotsOf: (options: Options) => readonly string[],
  ) {
    this.kind = kind;
    this.#groups = groups;
    for (const { options, members } of groups) {
      for (const slot of slotsOf(options)) {
        for (const [name, parameter] of members) this.slots.add(slot, name, parameter);
      }
    }
  }

  get stepCount(): number {
    return this.#stepCount;
  }

  get learningRates(): readonly number[] {
    return this.#groups.map((group) => this.#rateOf(group));
  }

  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients } {
    return lossGradients(`optim.${this.kind}`, loss, this.trainedParameters());
  }

  trainedParameters(): ReadonlyMap<string, Parameter> {
    const members = this.#groups.flatMap((group) => group.members);
    return new Map(members.filter(([, { trainable }]) => trainable));
  }

  apply(gradients: Gradients): void {
    tf.tidy(() => {
      for (const group of this.#groups) {
        const rule = this.ruleFor(
          group.options,
          stepInput(() => this.#rateOf(group)),
        );
        for (const [name, parameter] of group.members) {
          if (!parameter.trainable) continue;
          const gradient = gradients.get(name);
          if (gradient === undefined) throw missingGradient(name);
          parameter.assign(rule({ name, parameter, gradient }));
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

  overrideLearningRate(schedule: ((step: number) => number) | null): void {
    this.#override = schedule;
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

  /** How a group's parameters move in this step. */
  protected abstract ruleFor(options: Options, learningRate: tf.Scalar): UpdateRule;

  #moveTo(stepCount: number): void {
    this.#stepCount = stepCount;
    setRandomPosition(stepCount);
  }

  #rateOf({ options: { learningRate } }: SettledGroup<Options>): number {
    if (this.#override !== null) return this.#override(this.#stepCount);
    return typeof learningRate === 'number' ? learningRate : learningRate(this.#stepCount);
  }
}

function missingGradient(name: string): FulgurError {
  return new FulgurError('module', {
    what: `There is no gradient for the parameter '${name}'.`,
    why: 'A step hook may have returned a map without it.',
    fix: 'Return a gradient for every parameter that is not frozen.',
  });
}
