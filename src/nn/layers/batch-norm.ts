import * as tf from '@tensorflow/tfjs-core';
import type { NormalizationOutput } from '../../contracts';
import { numbers, requireNumbers } from '../../errors';
import { batchStatistics } from '../batch-statistics';
import { Module } from '../module';
import { buffer, parameter } from '../parameter';
import type { Buffer, Parameter } from '../parameter';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of batch norm layers. */
export interface BatchNormOptions {
  /** Added to the variance (default 1e-5). */
  readonly epsilon?: number;
  /** The weight of the new batch in the running statistics (default 0.1): PyTorch's definition, one minus Keras's. */
  readonly momentum?: number;
  /** Learn a scale and an offset per channel (default `true`). */
  readonly affine?: boolean;
  /** Keep running statistics for evaluation (default `true`); without them, evaluation uses the batch's own. */
  readonly trackRunningStats?: boolean;
}

/** The running statistics of a batch norm layer. */
interface RunningStatistics {
  readonly mean: Buffer<tf.Rank.R1>;
  readonly variance: Buffer<tf.Rank.R1>;
  readonly batches: Buffer<tf.Rank.R0>;
}

/**
 * The common part of `BatchNorm1d` and `BatchNorm2d`: y = (x − mean) / √(variance + ε) · weight + bias, per channel.
 *
 * In training the statistics are those of the batch (biased variance), with which the running statistics are updated
 * (unbiased variance). In evaluation the running statistics are used. Matches PyTorch's `nn.BatchNorm2d`.
 *
 * Source: Ioffe and Szegedy, "Batch normalization" (2015).
 */
export abstract class BatchNorm extends Module {
  readonly weight: Parameter<tf.Rank.R1> | null;
  readonly bias: Parameter<tf.Rank.R1> | null;
  readonly runningMean: Buffer<tf.Rank.R1> | null;
  readonly runningVar: Buffer<tf.Rank.R1> | null;
  readonly numBatchesTracked: Buffer<tf.Rank.R0> | null;
  readonly epsilon: number;
  readonly momentum: number;
  protected readonly channels: number;

  constructor(
    channels: number,
    { epsilon = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true }: BatchNormOptions = {},
  ) {
    super();
    requireSizes(new.target.name, { channels });
    requireNumbers(new.target.name, { epsilon }, numbers.fromZero, { kind: 'module' });
    requireNumbers(new.target.name, { momentum }, numbers.share, { kind: 'module' });
    this.weight = affine ? parameter(tf.ones<tf.Rank.R1>([channels])) : null;
    this.bias = affine ? parameter(tf.zeros<tf.Rank.R1>([channels])) : null;
    this.runningMean = trackRunningStats
      ? buffer(tf.zeros<tf.Rank.R1>([channels]), { ranks: 'first' })
      : null;
    this.runningVar = trackRunningStats ? buffer(tf.ones<tf.Rank.R1>([channels]), { ranks: 'first' }) : null;
    this.numBatchesTracked = trackRunningStats
      ? buffer(tf.scalar(0, 'int32'), { storedAs: 'I64', ranks: 'first' })
      : null;
    this.epsilon = epsilon;
    this.momentum = momentum;
    this.channels = channels;
  }

  /** Normalises over all axes except the last. */
  protected normalize(x: tf.Tensor4D): tf.Tensor4D {
    const running = runningStatisticsOf(this);
    if (running !== null && !this.training) return byRunningStatistics(x, running, this);
    const scale = this.weight ?? tf.ones<tf.Rank.R1>([this.channels]);
    const offset = this.bias ?? tf.zeros<tf.Rank.R1>([this.channels]);
    const output = batchStatistics().normalize({ x, scale, offset, epsilon: this.epsilon });
    if (running !== null) track(running, output, this.momentum);
    return output.y;
  }
}

function runningStatisticsOf({
  runningMean: mean,
  runningVar: variance,
  numBatchesTracked: batches,
}: BatchNorm): RunningStatistics | null {
  return mean === null || variance === null || batches === null ? null : { mean, variance, batches };
}

function track(
  { mean, variance, batches }: RunningStatistics,
  batch: NormalizationOutput,
  momentum: number,
): void {
  const blend = (old: tf.Tensor1D, fresh: tf.Tensor1D): tf.Tensor1D =>
    tf.add(tf.mul(old, 1 - momentum), tf.mul(fresh, momentum));
  mean.assign(blend(mean, batch.mean));
  variance.assign(blend(variance, batch.unbiasedVariance));
  batches.assign(tf.add(batches, tf.scalar(1, 'int32')));
}

function byRunningStatistics(
  x: tf.Tensor4D,
  { mean, variance }: RunningStatistics,
  { weight, bias, epsilon }: BatchNorm,
): tf.Tensor4D {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const scale = weight === null ? inverse : tf.mul(inverse, weight);
  const shift = tf.mul(mean, scale);
  const offset = bias === null ? tf.neg(shift) : tf.sub(bias, shift);
  return tf.add(tf.mul(x, scale), offset);
}

/** Batch norm over features: `[batch, features]`. */
export class BatchNorm1d extends BatchNorm {
  forward(x: tf.Tensor2D): tf.Tensor2D {
    requireShape(`BatchNorm1d(${this.channels})`, x, 2, this.channels);
    const [batch] = x.shape;
    return tf.tidy(() =>
      tf.reshape(this.normalize(tf.reshape(x, [batch, 1, 1, this.channels])), [batch, this.channels]),
    );
  }
}

/** Batch norm over the channels of images: `[batch, height, width, channels]`. */
export class BatchNorm2d extends BatchNorm {
  forward(x: tf.Tensor4D): tf.Tensor4D {
    requireShape(`BatchNorm2d(${this.channels})`, x, 4, this.channels);
    return tf.tidy(() => this.normalize(x));
  }
}
