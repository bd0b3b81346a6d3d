import type { Json } from './json';
import type { StateDict } from './state';

/** Everything that a run needs to go on as if it had never stopped. */
export interface RunState {
  readonly experiment: string;
  /** The module's parameters and buffers. */
  readonly weights: StateDict;
  /** One entry per optimiser: its slots, and its counters. */
  readonly optimizers: readonly OptimizerState[];
  readonly progress: ResumePoint;
  readonly seed: number;
  readonly hyperparameters: Readonly<Record<string, Json>>;
  /** By plugin name. */
  readonly plugins: Readonly<Record<string, Json>>;
  /** Tensors of plugins' states, by plugin name. */
  readonly pluginTensors?: Readonly<Record<string, StateDict>>;
  /** Running epoch reductions of logged metrics, so that an epoch resumed in its middle ends with the same means. */
  readonly metrics: Json;
  /** What is each rank's own, by rank; absent for a run of one. */
  readonly ranks?: readonly RankState[];
}

/**
 * A rank's own part of a run's state: what differs from rank 0's, which stands in the run's state itself. Its random
 * state is none: every draw is a function of seed, rank and the place in training.
 */
export interface RankState {
  readonly metrics: Json;
  /** States of the plugins of which this rank's is another. */
  readonly plugins?: Readonly<Record<string, Json>>;
  /** Parameters and buffers of its own. */
  readonly weights?: StateDict;
  /** Optimisers with the slots of its own. */
  readonly optimizers?: readonly OptimizerState[];
  /** Tensors of plugins' states of its own, by plugin name. */
  readonly pluginTensors?: Readonly<Record<string, StateDict>>;
}

export interface OptimizerState {
  readonly kind: string;
  readonly stepCount: number;
  /** Updates that parameters had no part in, by name: they were frozen or had no gradient. Absent where there are none. */
  readonly missed?: Readonly<Record<string, number>>;
  /** Slots by `<slot>/<parameter name>`, in PyTorch's layout. */
  readonly slots: StateDict;
}

/** The next batch to train on: `nextBatch` of `epoch`, after `globalStep` updates. */
export interface ResumePoint {
  readonly epoch: number;
  readonly nextBatch: number;
  readonly globalStep: number;
  /** There where the validation that is due before that batch is done. */
  readonly validated?: true;
}
