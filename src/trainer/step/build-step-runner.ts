import type { BatchStatistics, CompiledStep, Optimizer, Precision, Strategy } from '../../contracts';
import { sameOnAllRanks } from '../../engine';
import type { StepHookRunner } from '../hooks/step-hook-runner';
import type { LogRouter } from '../log/log-router';
import type { TrainingModule } from '../training-module';
import { AnomalyDetection } from './anomaly-detection';
import { clipGradients } from './clip-gradients';
import type { ClippingRule } from './clip-gradients';
import { FrozenFields } from './frozen-fields';
import { GradientAccumulator } from './gradient-accumulator';
import { StepRunner } from './step-runner';
import type { TrainedParameters } from './trained-parameters';
import { makeTrainingStep } from './training-step';
import type { UseGradients } from './training-step';
import type { VariableOwners } from './variable-owners';

/** How steps are to run. */
export interface StepOptions {
  readonly eager: boolean;
  readonly precision: Precision;
  /** Looks at every result for NaN, which needs the step to run operation by operation. */
  readonly detectAnomaly: boolean;
  /** `null` leaves gradients as they are. */
  readonly clipping: ClippingRule | null;
}

/** What steps are built from. */
export interface StepSources<B> extends StepOptions {
  readonly module: TrainingModule<B>;
  readonly optimizers: Pick<Optimizer, 'gradients' | 'apply' | 'parameters' | 'trainedParameters'>;
  readonly hooks: StepHookRunner;
  readonly log: LogRouter;
  readonly strategy: Strategy;
  readonly batchStatistics: BatchStatistics;
  readonly owners: VariableOwners;
  readonly parameters: TrainedParameters;
  /** The run's. */
  readonly seed: number;
  /** Batches of an update in the epoch at hand; `null` where one makes it in every epoch. */
  readonly batchesPerUpdate: (() => number) | null;
  /** Says what a user should know of the compiled step: that it is traced again, or does not see a change. */
  readonly warn: (message: string) => void;
}

/** Builds the steps of a fit: that of an update, and where it takes several batches that of the others. */
export function buildStepRunner<B>(sources: StepSources<B>): StepRunner<B> {
  const { module, optimizers, hooks, strategy, clipping, detectAnomaly, precision, warn } = sources;
  const eager = sources.eager || detectAnomaly;
  const frozen = new FrozenFields('training step', module, warn, hooks.owners());
  const how = { eager, frozen, seed: sources.seed };
  const parts = { ...sources, frozen, anomalies: detectAnomaly ? new AnomalyDetection(module) : null };
  const compiled = (name: string, isUpdate: boolean, useGradients: UseGradients): CompiledStep<B> =>
    strategy.compileStep(makeTrainingStep(parts, useGradients), {
      name,
      isUpdate,
      eager,
      precision,
      onRetrace: warn,
      onNotice: warn,
    });

  const { batchesPerUpdate } = sources;
  const accumulator =
    batchesPerUpdate === null ? null : new GradientAccumulator(optimizers.parameters(), batchesPerUpdate);
  const update = compiled('training step', true, (gradients, logged) => {
    const mean = accumulator?.take(gradients) ?? gradients;
    // From here on ranks have one gradient, and must all do the same with it.
    sameOnAllRanks(() => {
      const settled = hooks.beforeOptimizerStep(mean, logged);
      optimizers.apply(clipping === null ? settled : clipGradients(settled, clipping));
    });
  });
  if (accumulator === null) return new StepRunner(update, null, how);
  const accumulate = compiled('accumulating step', false, (gradients) => {
    accumulator.add(gradients);
  });
  return new StepRunner(update, { step: accumulate, accumulator }, how);
}
