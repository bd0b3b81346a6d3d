import type * as tf from '@tensorflow/tfjs-core';

/** How a logged value is recorded; names and defaults follow Lightning's `self.log`. */
export interface LogOptions {
  /** Record the value of each step (default: `true` in training steps). */
  readonly onStep?: boolean;
  /** Record the epoch's reduction (default: `false` in training steps). With both, names end in `_step` and `_epoch`. */
  readonly onEpoch?: boolean;
  /** Show it in the progress bar (default `false`). */
  readonly progBar?: boolean;
  /** Pass it to the loggers (default `true`). */
  readonly logger?: boolean;
  /** How an epoch's values are reduced to one; a mean is weighted by batch size (default `mean`). */
  readonly reduce?: 'mean' | 'min' | 'max' | 'sum';
}

/** `log` inside a traced step: the value is a symbolic scalar and becomes an output of the compiled step. */
export type StepLog = (name: string, value: tf.Scalar, options?: LogOptions) => void;

/** `log` in host hooks: the value is a number. */
export type HostLog = (name: string, value: number, options?: LogOptions) => void;
