import type * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from './hooks';
import type { OptimizerState } from './run-state';

/** A read-only view of a working optimiser. */
export interface OptimizerView {
  readonly kind: string;
  /** Updates done so far: the step that schedules and bias corrections see. */
  readonly stepCount: number;
  /** The learning rate of the next update, by parameter group. */
  readonly learningRates: readonly number[];
}

/** Updates parameters from gradients; both halves are traced into the compiled step. */
export interface Optimizer extends OptimizerView {
  /** All parameters that it was given, frozen ones included, by name. */
  parameters(): ReadonlyMap<string, tf.Variable>;
  /** The parameters that are not frozen. */
  trainedParameters(): ReadonlyMap<string, tf.Variable>;
  /** The loss and the gradients of this optimiser's parameters. A parameter that the loss does not reach has no gradient. */
  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients };
  /**
   * The same gradients, with zeros for parameters that are currently held still, as by `frozenEpochs`. `gradients`
   * already returns them so. Absent if the optimiser holds no parameters still.
   */
  withoutHeld?(gradients: Gradients): Gradients;
  /** Updates the parameters that have a gradient once. The others and their slots stay as they are. */
  apply(gradients: Gradients): void;
  /** Calls `gradients` and `apply`, for hand-written loops. Returns the loss. */
  minimize(loss: () => tf.Scalar): tf.Scalar;
  /** Replaces the learning rates of all groups by a function of the updates done; `null` restores them. */
  overrideLearningRate(schedule: ((step: number) => number) | null): void;
  state(): OptimizerState;
  restore(state: OptimizerState): void;
  /** Frees the slots' tensors. */
  dispose(): void;
}
