import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, Optimizer, OptimizerState } from '../contracts';
import { advanceRandomPosition, afterStep, stepInput } from '../engine';
import { FulgurError } from '../errors';
import { stepPosition } from '../nn';
import type { Parameter } from '../nn';
import { isOpen } from './gate';
import type { Gate } from './gate';
import { lossGradients } from './loss-gradients';
import type { CommonOptions, SettledGroup } from './parameter-groups';
import { scheduledValue, unknownRun } from './schedule';
import type { Scheduled } from './schedule';
import { Slots } from './slots';

/** A parameter about to be updated. */
export interface Member {
  readonly name: string;
  readonly parameter: Parameter;
  readonly gradient: tf.Tensor;
}

/** A factor of tensors: a number that stays constant, or an input of the step. */
export type Factor = number | tf.Scalar;

/** The values that a rule may request from its step. */
export interface StepFacts {
  readonly learningRate: tf.Scalar;
  /** The number of updates of the rule's parameters so far; read before each call. */
  readonly updates: () => number;
  /** An option's number in the current update; read before each call. */
  readonly valueOf: (option: Scheduled) => number;
  /**
   * An option for use in tensor operations: a number as it is, a schedule as an input of the step.
   * @param convert computed from its number first, in double precision.
   */
  readonly factor: (option: Scheduled, convert?: (value: number) => number) => Factor;
}

/** Returns a parameter's new value; slots are assigned meanwhile, and all other tensors that it makes are freed. */
export type UpdateRule = (member: Member) => tf.Tensor;

/**
 * The common part of optimisers: gradients by name, the step count, schedules, saved state. A subclass defines how one
 * parameter is updated.
 *
 * Parameters that are frozen or have no gradient are left unchanged, with their slots and their own count of updates,
 * as in PyTorch. Learning rate and step count enter a compiled step as inputs, and the count advances after each call,
 * so one trace serves the whole training.
 */
export abstract class SteppedOptimizer<Options extends CommonOptions> implements Optimizer {
  readonly kind: string;
  readonly slots = new Slots();
  readonly #groups: readonly SettledGroup<Options>[];
  /** The position of the training for which it is made. */
  #position = stepPosition();
  #stepCount = 0;
  /** The number of updates that each parameter missed; most parameters are not in it. */
  #missed = new Map<string, number>();
  #override: ((step: number) => number) | null = null;

  /** @param slotsOf returns the names of the slots of each parameter of a group with these options. */
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
    const made = lossGradients(`optim.${this.kind}`, loss, this.trainedParameters());
    return { ...made, gradients: this.withoutHeld(made.gradients) };
  }

  withoutHeld(gradients: Gradients): Gradients {
    this.#position ??= stepPosition();
    const passed = new Map(gradients);
    for (const group of this.#groups) {
      if (group.gate === null) continue;
      const members = membersOf(group, gradients);
      if (members.length === 0) continue;
      const open = this.#openness(group.gate);
      for (const { name, gradient } of members) {
        passed.set(
          name,
          tf.tidy(() => tf.where(open, gradient, tf.zerosLike(gradient))),
        );
      }
      open.dispose();
    }
    return passed;
  }

  trainedParameters(): ReadonlyMap<string, Parameter> {
    const members = this.#groups.flatMap((group) => group.members);
    return new Map(members.filter(([, { trainable }]) => trainable));
  }

  parameters(): ReadonlyMap<string, Parameter> {
    return new Map(this.#groups.flatMap((group) => group.members));
  }

  apply(gradients: Gradients): void {
    this.#position ??= stepPosition();
    const moved = new Map<string, Gate | null>();
    tf.tidy(() => {
      for (const group of this.#groups) {
        const members = membersOf(group, gradients);
        if (members.length === 0) continue;
        const open = group.gate === null ? null : this.#openness(group.gate);
        for (const peers of this.#byUpdates(members)) {
          const rule = this.ruleFor(group.options, this.#factsOf(group, peers));
          for (const member of peers) {
            const { name, parameter } = member;
            if (open === null) parameter.assign(rule(member));
            else this.slots.keepUnless(open, member, () => rule(member));
            moved.set(name, group.gate);
          }
        }
      }
    });
    afterStep(() => {
      for (const name of this.parameters().keys()) {
        const gate = moved.get(name);
        const isMissed = gate === undefined || (gate !== null && !this.#isOpen(gate));
        if (isMissed) this.#missed.set(name, this.#missedBy(name) + 1);
      }
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
    const missed = this.#missed.size === 0 ? {} : { missed: Object.fromEntries(this.#missed) };
    return { kind: this.kind, stepCount: this.#stepCount, ...missed, slots: this.slots.state() };
  }

  restore(state: OptimizerState): void {
    if (state.kind !== this.kind) {
      throw new FulgurError('state', {
        what: `The state of optimizer '${state.kind}' was given to optim.${this.kind}.`,
        fix: 'Resume with the optimizer with which the run was started.',
      });
    }
    this.slots.restore(`optim.${this.kind}`, state.slots);
    this.#missed = new Map(Object.entries(state.missed ?? {}));
    this.#moveTo(state.stepCount);
  }

  dispose(): void {
    this.slots.dispose();
  }

  /** Returns how a group's parameters are updated in this step. */
  protected abstract ruleFor(options: Options, facts: StepFacts): UpdateRule;

  #factsOf(group: SettledGroup<Options>, peers: readonly Member[]): StepFacts {
    return {
      learningRate: stepInput(() => this.#rateOf(group)),
      updates: () => this.#updatesOf(peers),
      valueOf: (option) => this.#valueOf(option),
      factor: (option, convert = (value) => value) =>
        typeof option === 'number' ? convert(option) : stepInput(() => convert(this.#valueOf(option))),
    };
  }

  /** Whether a group is trained in the current update, as an input of the step. */
  #openness(gate: Gate): tf.Scalar {
    return tf.tidy(() =>
      tf.greater<tf.Scalar>(
        stepInput(() => (this.#isOpen(gate) ? 1 : 0)),
        0,
      ),
    );
  }

  #isOpen(gate: Gate): boolean {
    return isOpen(gate, this.#stepCount, this.#position?.run ?? unknownRun);
  }

  /** Groups parameters with the same number of updates, which share a rule: usually all of them. */
  #byUpdates(members: readonly Member[]): Member[][] {
    const peers = new Map<number, Member[]>();
    for (const member of members) {
      const missed = this.#missedBy(member.name);
      peers.set(missed, [...(peers.get(missed) ?? []), member]);
    }
    return [...peers.values()];
  }

  #updatesOf(peers: readonly Member[]): number {
    const [first = '', ...others] = peers.map(({ name }) => name);
    const missed = this.#missedBy(first);
    const other = others.find((name) => this.#missedBy(name) !== missed);
    if (other !== undefined) throw apart(this.kind, first, other);
    return this.#stepCount - missed;
  }

  #missedBy(name: string): number {
    return this.#missed.get(name) ?? 0;
  }

  #moveTo(stepCount: number): void {
    advanceRandomPosition(stepCount - this.#stepCount);
    this.#stepCount = stepCount;
  }

  #valueOf(option: Scheduled): number {
    if (typeof option === 'number') return option;
    return scheduledValue(option, this.#stepCount, this.#position?.run ?? unknownRun);
  }

  #rateOf({ options: { learningRate } }: SettledGroup<Options>): number {
    if (this.#override !== null) return this.#override(this.#stepCount);
    return this.#valueOf(learningRate);
  }
}

function membersOf<Options>({ members }: SettledGroup<Options>, gradients: Gradients): Member[] {
  return members.flatMap(([name, parameter]) => {
    const gradient = gradients.get(name);
    return gradient === undefined || !parameter.trainable ? [] : [{ name, parameter, gradient }];
  });
}

function apart(kind: string, first: string, second: string): FulgurError {
  return new FulgurError('module', {
    what: `optim.${kind} has updated the parameter '${first}' another number of times than '${second}' since the step was traced.`,
    why: 'Steps for batches of different shapes reach different parameters, or some were frozen in between.',
    fix: 'Reach the same parameters in every step, and freeze them before the first one.',
  });
}
