import type * as tf from '@tensorflow/tfjs-core';
import type {
  BatchStatistics,
  EvaluationKind,
  LoggedValue,
  Optimizer,
  StepOutputs,
  Strategy,
  TrainerOptions,
} from '../../contracts';
import type { StepPosition } from '../../nn';
import type { Participant } from '../hooks/participants';
import type { LogRouter } from '../log/log-router';
import type { TrainingModule } from '../training-module';
import type { TrainedParameters } from './trained-parameters';
import type { VariableOwners } from './variable-owners';

/** What running one training step gave. */
export interface StepOutcome extends StepOutputs<number> {
  readonly seconds: number;
}

/** The work on a batch of training, ready to run. */
export interface TrainingStep<B> {
  /** Whether it runs operation by operation: if it fails, some parameters may be updated already. */
  readonly eager: boolean;
  /** @param isUpdate whether the batch ends an update; else its gradients are kept for the one that does. */
  run(batch: B, isUpdate: boolean): Promise<StepOutcome>;
  /** Forgets the gradients of an update that is not to be finished. */
  dropAccumulated(): void;
  dispose(): void;
}

/** What evaluating one batch gave. */
export interface EvaluationOutcome {
  readonly logged: readonly LoggedValue<number>[];
  /** What `predictStep` returned; the caller disposes the tensors. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
}

/** Evaluates one batch. */
export interface EvaluationStep<B> {
  (batch: B): Promise<EvaluationOutcome>;
  dispose(): void;
}

/** What every step is made from. */
interface StepParts<B> {
  readonly module: TrainingModule<B>;
  readonly options: Pick<TrainerOptions, 'compile' | 'precision'>;
  readonly log: LogRouter;
  readonly owners: VariableOwners;
  /** Where training stands; `null` in an evaluation outside of a fit. */
  readonly position: StepPosition | null;
  /** Says what a user should know of the step: that it is traced again, or does not see a change. */
  readonly warn: (message: string) => void;
}

export interface TrainingStepParts<B> extends StepParts<B> {
  readonly options: TrainerOptions;
  readonly position: StepPosition;
  readonly participants: readonly Participant[];
  readonly optimizers: Pick<Optimizer, 'gradients' | 'apply' | 'parameters' | 'trainedParameters'>;
  readonly parameters: TrainedParameters;
  readonly strategy: Strategy;
  readonly batchStatistics: BatchStatistics;
  /** Batches of an update in the current epoch; `null` where one makes it in every epoch. */
  readonly batchesPerUpdate: (() => number) | null;
}

export interface EvaluationStepParts<B> extends StepParts<B> {
  readonly kind: EvaluationKind;
}

/** Where a trainer gets its steps from: it compiles the module's, and a rehearsal plays some. */
export interface StepSource {
  /** @throws FulgurError where steps cannot be made yet. */
  requireReady(): void;
  /** What runs them. */
  device(): string;
  training<B>(parts: TrainingStepParts<B>): TrainingStep<B>;
  evaluation<B>(parts: EvaluationStepParts<B>): EvaluationStep<B>;
}
