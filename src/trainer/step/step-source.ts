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

/** The result of one training step. */
export interface StepOutcome extends StepOutputs<number> {
  readonly seconds: number;
  /** The name of a parameter that the update made NaN or infinite; `null` if there is none, or no update. */
  readonly brokenParameter: string | null;
}

/** The work on a batch in training, ready to run. */
export interface TrainingStep<B> {
  /** Whether it runs operation by operation: if it fails, some parameters may already be updated. */
  readonly eager: boolean;
  /** @param isUpdate whether the batch completes an update; otherwise its gradients are kept for the one that does. */
  run(batch: B, isUpdate: boolean): Promise<StepOutcome>;
  /** Discards the gradients of an update that will not be completed. */
  dropAccumulated(): void;
  dispose(): void;
}

/** The result of evaluating one batch. */
export interface EvaluationOutcome {
  readonly logged: readonly LoggedValue<number>[];
  /** The return value of `predictStep`; the caller disposes its tensors. */
  readonly outputs: Readonly<Record<string, tf.Tensor>>;
}

/** Evaluates one batch. */
export interface EvaluationStep<B> {
  (batch: B): Promise<EvaluationOutcome>;
  dispose(): void;
}

/** The parts from which every step is made. */
interface StepParts<B> {
  readonly module: TrainingModule<B>;
  readonly options: Pick<TrainerOptions, 'compile' | 'precision'>;
  readonly log: LogRouter;
  readonly owners: VariableOwners;
  /** The training position; `null` in an evaluation outside a fit. */
  readonly position: StepPosition | null;
  /** Reports what a user should know about the step: that it is traced again, or that it does not see a change. */
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
  /** The number of batches per update in the current epoch; `null` if it is one in every epoch. */
  readonly batchesPerUpdate: (() => number) | null;
}

export interface EvaluationStepParts<B> extends StepParts<B> {
  readonly kind: EvaluationKind;
}

/** The source of a trainer's steps: it compiles the module's steps, or plays back those of a rehearsal. */
export interface StepSource {
  /** @throws FulgurError if steps cannot be made yet. */
  requireReady(): void;
  /** The name of what runs them. */
  device(): string;
  training<B>(parts: TrainingStepParts<B>): TrainingStep<B>;
  evaluation<B>(parts: EvaluationStepParts<B>): EvaluationStep<B>;
}
