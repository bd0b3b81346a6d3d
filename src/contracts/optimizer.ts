import type * as tf from '@tensorflow/tfjs-core';
import type { Gradients } from './hooks';
import type { OptimizerState } from './run-state';

/** What may be seen of an optimiser at work. */
export interface OptimizerView {
  readonly kind: string;
  /** Updates done so far: the step that schedules and bias corrections see. */
  readonly stepCount: number;
  /** The learning rate of the next update, by parameter group. */
  readonly learningRates: readonly number[];
}

/** Updates parameters from gradients; both halves are traced into the compiled step. */
export interface Optimizer extends OptimizerView {
  /** All parameters that it was given, by name, frozen ones too. */
  parameters(): ReadonlyMap<string, tf.Variable>;
  /** Those of them that are not frozen. */
  trainedParameters(): ReadonlyMap<string, tf.Variable>;
  /** Loss and gradients of this optimiser's parameters; one that the loss does not reach has none. */
  gradients(loss: () => tf.Scalar): { loss: tf.Scalar; gradients: Gradients };
  /**
   * The same gradients with zeros where parameters are held still for now, as by `frozenEpochs`; `gradients` has done it
   * already. Left out by optimisers that hold none.
   */
  withoutHeld?(gradients: Gradients): Gradients;
  /** One update of the parameters that have a gradient. The others stay as they are, and so does what it keeps of them. */
  apply(gradients: Gradients): void;
  /** `gradients` and `apply` in one: for hand-written loops. Returns the loss. */
  minimize(loss: () => tf.Scalar): tf.Scalar;
  /** Puts a learning rate, by the updates done, in the place of those of all groups; `null` gives them back. */
  overrideLearningRate(schedule: ((step: number) => number) | null): void;
  state(): OptimizerState;
  restore(state: OptimizerState): void;
  /** Frees the slots' tensors. */
  dispose(): void;
}
