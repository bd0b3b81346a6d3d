import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import type { TrainingStep } from '../../strategy';
import type { StepHookRunner } from '../hooks/step-hook-runner';
import type { LogRouter } from '../log/log-router';
import { StepLogCollector } from '../log/step-log';
import type { TrainingModule } from '../training-module';
import type { AnomalyDetection } from './anomaly-detection';
import { clipGradients } from './clip-gradients';
import type { ClippingRule } from './clip-gradients';
import type { GradientAccumulator } from './gradient-accumulator';
import { watchForward } from './watch-forward';

interface StepParts<B> {
  readonly module: TrainingModule<B>;
  readonly optimizer: Optimizer;
  readonly hooks: StepHookRunner;
  readonly log: LogRouter;
  /** `null` leaves gradients as they are. */
  readonly clipping: ClippingRule | null;
  /** `null` where every batch makes an update. */
  readonly accumulator: GradientAccumulator | null;
  /** `null` where nobody looks for NaN. */
  readonly anomalies: AnomalyDetection | null;
}

/**
 * The work on one batch: forward and loss, backward, and the update or, for a batch that more of its update follow,
 * the accumulation of its gradients, with the step hooks in their places. Compiled, it runs in JavaScript once a
 * trace, so nothing here costs time in training.
 */
export function makeTrainingStep<B>(parts: StepParts<B>, end: 'update' | 'accumulate'): TrainingStep<B> {
  const { module, optimizer, hooks, log, clipping, accumulator, anomalies } = parts;
  const step: TrainingStep<B> = (batch) => {
    const logged = new StepLogCollector();
    const unwatch = hooks.watchesForward
      ? watchForward(module, (output) => {
          hooks.afterForward(output, logged);
        })
      : () => undefined;
    try {
      const { loss, gradients } = optimizer.gradients(() => {
        const raw = log.inStep('trainingStep', logged, () => lossOf(module, batch));
        const loss = hooks.beforeBackward(requireLoss(module, raw), logged);
        anomalies?.enter('backward');
        return loss;
      });
      anomalies?.enter('update');
      const exchanged = hooks.afterBackward(gradients, logged);
      if (end === 'accumulate') accumulator?.add(exchanged);
      else {
        const mean = accumulator?.take(exchanged) ?? exchanged;
        const settled = hooks.beforeOptimizerStep(mean, logged);
        optimizer.apply(clipping === null ? settled : clipGradients(settled, clipping));
      }
      return { loss, logged: logged.outputs() };
    } finally {
      unwatch();
      logged.dispose();
    }
  };
  return anomalies === null ? step : (batch) => anomalies.watch(() => step(batch));
}

/** An error of the user's own code does not say where it comes from. */
function lossOf<B>(module: TrainingModule<B>, batch: B): unknown {
  try {
    return module.trainingStep(batch);
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw new FulgurError('module', {
      what: `The module ${module.constructor.name} failed in trainingStep: ${messageOf(error)}.`,
      fix: 'Correct it there; with --trainer.compile false it runs operation by operation, with values to look at.',
      cause: error,
    });
  }
}

function requireLoss(module: object, loss: unknown): tf.Scalar {
  if (loss instanceof tf.Tensor && loss.rank === 0) return loss as tf.Scalar;
  throw new FulgurError('module', {
    what: `trainingStep of ${module.constructor.name} returned ${describe(loss)}.`,
    fix:
      loss instanceof Promise
        ? 'Make it synchronous: it is traced, and may only call tensor operations.'
        : 'Return the loss, a scalar tensor: tf.mean(...) makes one of many.',
  });
}

function describe(value: unknown): string {
  if (value instanceof tf.Tensor) return `a tensor of shape [${(value as tf.Tensor).shape.join(', ')}]`;
  return value instanceof Promise ? 'a promise' : String(value === null ? null : typeof value);
}
