import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics, Gradients, Optimizer, TrainingStep } from '../../contracts';
import { watchVariables, withoutNotingReads } from '../../engine';
import { FulgurError, messageOf } from '../../errors';
import { withBatchStatistics } from '../../nn';
import type { StepHookRunner } from '../hooks/step-hook-runner';
import type { LogRouter } from '../log/log-router';
import { StepLogCollector } from '../log/step-log';
import type { TrainingModule } from '../training-module';
import type { AnomalyDetection } from './anomaly-detection';
import type { FrozenFields } from './frozen-fields';
import type { TrainedParameters } from './trained-parameters';
import type { VariableOwners } from './variable-owners';
import { watchForward } from './watch-forward';

interface StepParts<B> {
  readonly module: TrainingModule<B>;
  readonly optimizers: Pick<Optimizer, 'gradients' | 'trainedParameters'>;
  readonly hooks: StepHookRunner;
  readonly log: LogRouter;
  readonly batchStatistics: BatchStatistics;
  readonly owners: VariableOwners;
  readonly parameters: TrainedParameters;
  /** `null` where nobody looks for NaN. */
  readonly anomalies: AnomalyDetection | null;
  readonly frozen: Pick<FrozenFields, 'noting'>;
}

/** What becomes of a batch's gradients: an update of the parameters, or a part of one. */
export type UseGradients = (gradients: Gradients, logged: StepLogCollector) => void;

/**
 * The work on one batch: forward and loss, backward, and what becomes of the gradients, with the step hooks in their
 * places. Compiled, it runs in JavaScript once a trace, so nothing here costs time in training.
 */
export function makeTrainingStep<B>(parts: StepParts<B>, useGradients: UseGradients): TrainingStep<B> {
  const { module, optimizers, hooks, log, batchStatistics, owners, parameters, anomalies, frozen } = parts;
  const work: TrainingStep<B> = (batch) => {
    const logged = new StepLogCollector();
    const unwatch = hooks.watchesForward
      ? watchForward(module, (output) => {
          hooks.afterForward(output, logged);
        })
      : () => undefined;
    try {
      parameters.requireSameAtFirst();
      const takeGradients = (): ReturnType<Optimizer['gradients']> =>
        optimizers.gradients(() => {
          const raw = withBatchStatistics(batchStatistics, () =>
            log.inStep('trainingStep', logged, () => lossOf(module, batch)),
          );
          const loss = hooks.beforeBackward(requireLoss(module, raw), logged);
          anomalies?.enter('backward');
          return loss;
        });
      const { result, use } = watchVariables(() => orElse(takeGradients, () => parameters.requireSame()));
      owners.check('trainingStep', use);
      anomalies?.enter('update');
      const { loss } = result;
      const gradients = hooks.afterBackward(result.gradients, logged);
      // What this asks is not what the step depends on.
      withoutNotingReads(() => parameters.tellUntrained(optimizers.trainedParameters(), gradients));
      useGradients(gradients, logged);
      return { loss, logged: logged.outputs() };
    } finally {
      unwatch();
      logged.dispose();
    }
  };
  const step: TrainingStep<B> = (batch) => frozen.noting(() => work(batch));
  return anomalies === null ? step : (batch) => anomalies.watch(() => step(batch));
}

/** Where a step fails since a hook has changed the model, that is the thing to say. */
function orElse<T>(run: () => T, explain: () => void): T {
  try {
    return run();
  } catch (error) {
    explain();
    throw error;
  }
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
