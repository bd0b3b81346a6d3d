import type { BatchSource, RunEventBus, Strategy } from '../../contracts';
import { EvaluationLoop } from '../evaluation/evaluation-loop';
import { compileEvaluationStep } from '../evaluation/evaluation-step';
import type { EvaluationStep } from '../evaluation/evaluation-step';
import { Validation } from '../evaluation/validation';
import type { WeightSwitch } from '../evaluation/weight-switch';
import type { ValidationPlan } from '../evaluation/validation-plan';
import type { HostHookRunner } from '../hooks/host-hook-runner';
import type { LogRouter } from '../log/log-router';
import type { MetricPublisher } from '../loop/metric-publisher';
import type { ProgressCounter } from '../loop/progress-counter';
import type { RunControl } from '../loop/run-control';
import type { StepOptions } from '../step/build-step-runner';
import type { VariableOwners } from '../step/variable-owners';
import type { TrainingModule } from '../training-module';

/** Held-out data, and how a fit uses them. */
export interface ValidationSource<B> {
  readonly data: BatchSource<B>;
  readonly plan: ValidationPlan;
}

interface FitValidationParts<B> {
  readonly module: TrainingModule<B>;
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly weights: WeightSwitch;
  readonly control: RunControl;
  readonly steps: Pick<StepOptions, 'eager' | 'precision'>;
  readonly hooks: HostHookRunner;
  readonly log: LogRouter;
  readonly progress: ProgressCounter;
  readonly publisher: MetricPublisher;
  readonly owners: VariableOwners;
  readonly seed: number;
}

/** A fit's validation, and the step that it compiled, to be freed. */
export interface FitValidation {
  readonly validation: Validation;
  readonly everyNEpochs: number;
  readonly step: EvaluationStep<never>;
}

/** Puts a fit's validation together; `null` where the module has none or there are no data for it. */
export function fitValidation<B>(
  source: ValidationSource<B> | null,
  parts: FitValidationParts<B>,
): FitValidation | null {
  const { module, control, log, steps, owners, strategy, events, progress } = parts;
  if (source === null || source.plan.batches === 0 || module.validationStep === undefined) return null;
  const step = compileEvaluationStep({
    kind: 'validation',
    module,
    log,
    owners,
    ...steps,
    warn: (message) => {
      if (strategy.ranks.rank === 0) events.emit('message', 'warning', message);
    },
  });
  const loop = new EvaluationLoop<B>({
    ...parts,
    kind: 'validation',
    data: source.data,
    step,
    updates: () => progress.resumePoint.globalStep,
    isInterrupted: () => control.isInterrupted(),
  });
  const { plan } = source;
  return { validation: new Validation({ ...parts, plan, loop }), everyNEpochs: plan.everyNEpochs, step };
}
