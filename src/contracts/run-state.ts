import type { WeightKind } from './evaluation-weights';
import type { Json } from './json';
import type { StateDict } from './state';

/** Everything a run needs to resume as if it had never stopped. */
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
  /** Running reductions of logged metrics, so that an epoch that is resumed midway ends with the same means. */
  readonly metrics: Json;
  /** The request of a plugin or the module that ended training here. */
  readonly stop?: StopWish;
  /** What the run was started with, to be compared on resume; absent in checkpoints of versions that did not record it. */
  readonly origin?: RunOrigin;
  /** The state that differs between ranks, by rank; absent for a run of one rank. */
  readonly ranks?: readonly RankState[];
}

/** A state to resume from, and where it was read from. */
export interface ResumeFrom {
  readonly state: RunState;
  /** The checkpoint's folder; `null` for a state that was never written. */
  readonly path: string | null;
}

/** A state that was read from a checkpoint. */
export interface SavedState extends ResumeFrom {
  readonly path: string;
}

/** A checkpoint, and which of its weights to evaluate (default: averaged ones if it has them). */
export interface Evaluated extends ResumeFrom {
  readonly weights?: WeightKind | null;
}

/** Weights from elsewhere that a run starts from, in PyTorch's layout. */
export interface InitialWeights {
  readonly state: StateDict;
  /** Where they were read from, for messages. */
  readonly source: string;
  /** Whether they must match the model exactly, with nothing missing and nothing left over (default `true`). */
  readonly strict?: boolean;
}

/** Why training ended early. */
export interface StopWish {
  readonly reason: string;
  /** The plugin's name, or the module's class. */
  readonly by: string;
}

/** What a run was started with, as far as its numbers and its position in the data depend on it. */
export interface RunOrigin {
  /** The resolved configuration. */
  readonly config: Json;
  /** Options, by path, that the experiment's file itself declared, including defaults of hyperparameters. */
  readonly declared: Readonly<Record<string, Json>>;
  readonly data: DataIdentity;
  /** Options of the plugins that training depends on, by plugin name. */
  readonly plugins: Readonly<Record<string, Json>>;
  /** A digest of the options of every plugin, by name. */
  readonly pluginDigests: Readonly<Record<string, string>>;
}

/** Identifies a data set and detects changes in it, such as added files. */
export interface DataIdentity {
  readonly name: string;
  /** Training samples. */
  readonly samples: number;
  readonly classes: number;
  /** A digest of names, labels and order. */
  readonly fingerprint: string;
}

/** What is known about a checkpoint's run before it is restored. */
export interface Recalled {
  /** The checkpoint's folder. */
  readonly path: string;
  readonly progress: ResumePoint;
  /** `null` if the checkpoint's version did not record it. */
  readonly origin: RunOrigin | null;
}

/**
 * A rank's part of a run's state: what differs from rank 0's, which is the run's state itself. It includes no random
 * state, because every draw is a function of the seed, the rank and the position in training.
 */
export interface RankState {
  readonly metrics: Json;
  /** States of the plugins whose state differs on this rank. */
  readonly plugins?: Readonly<Record<string, Json>>;
  /** Parameters and buffers that differ on this rank. */
  readonly weights?: StateDict;
  /** Optimisers whose slots differ on this rank. */
  readonly optimizers?: readonly OptimizerState[];
  /** Tensors of plugins' states that differ on this rank, by plugin name. */
  readonly pluginTensors?: Readonly<Record<string, StateDict>>;
}

/** State of an optimiser in a checkpoint. */
export interface OptimizerState {
  readonly kind: string;
  readonly stepCount: number;
  /**
   * The number of updates that each parameter missed because it was frozen or had no gradient, by name. Absent if there
   * are none.
   */
  readonly missed?: Readonly<Record<string, number>>;
  /** Slots by `<slot>/<parameter name>`, in PyTorch's layout. */
  readonly slots: StateDict;
}

/** The next batch to train on: `nextBatch` of `epoch`, after `globalStep` updates. */
export interface ResumePoint {
  readonly epoch: number;
  readonly nextBatch: number;
  readonly globalStep: number;
  /** Present if the validation that is due before this batch has been done. */
  readonly validated?: true;
}
