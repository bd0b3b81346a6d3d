import type { WeightKind } from './evaluation-weights';
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
  /** A wish of a plugin, or of the module, that ended training here. */
  readonly stop?: StopWish;
  /** What the run was started with, for a resume to compare; absent in checkpoints of versions that did not record it. */
  readonly origin?: RunOrigin;
  /** What is each rank's own, by rank; absent for a run of one. */
  readonly ranks?: readonly RankState[];
}

/** A state to resume from, and where it was read. */
export interface ResumeFrom {
  readonly state: RunState;
  /** The checkpoint's folder; `null` for a state that was never written. */
  readonly path: string | null;
}

/** A state that was read from a checkpoint. */
export interface SavedState extends ResumeFrom {
  readonly path: string;
}

/** A checkpoint, and which of its weights to evaluate: averages where there are some, if nothing is said. */
export interface Evaluated extends ResumeFrom {
  readonly weights?: WeightKind | null;
}

/** Weights from elsewhere that a run begins with, in PyTorch's layout. */
export interface InitialWeights {
  readonly state: StateDict;
  /** Where they were read, for messages. */
  readonly source: string;
  /** Whether all of what they are for must be among them, and nothing else (default `true`). */
  readonly strict?: boolean;
}

/** Why training was ended before its plan was. */
export interface StopWish {
  readonly reason: string;
  /** The plugin's name, or the module's class. */
  readonly by: string;
}

/** What a run was started with, as far as its numbers and its place in the data depend on it. */
export interface RunOrigin {
  /** The resolved configuration. */
  readonly config: Json;
  /** Options by path that the experiment's file declared itself, defaults of hyperparameters among them. */
  readonly declared: Readonly<Record<string, Json>>;
  readonly data: DataIdentity;
  /** Options of the plugins that training depends on, by plugin name. */
  readonly plugins: Readonly<Record<string, Json>>;
  /** A digest of the options of every plugin, by name. */
  readonly pluginDigests: Readonly<Record<string, string>>;
}

/** What tells a data set from another, and from itself after files were added. */
export interface DataIdentity {
  readonly name: string;
  /** Training samples. */
  readonly samples: number;
  readonly classes: number;
  /** A digest of names, labels and order. */
  readonly fingerprint: string;
}

/** What is known of a checkpoint's run before it is restored. */
export interface Recalled {
  /** The checkpoint's folder. */
  readonly path: string;
  readonly progress: ResumePoint;
  /** `null` where the checkpoint's version did not record it. */
  readonly origin: RunOrigin | null;
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

/** State of an optimiser in a checkpoint. */
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
