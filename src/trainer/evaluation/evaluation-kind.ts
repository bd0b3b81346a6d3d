import type { EvaluationKind, HostHooks, Stage, TrainerOptions } from '../../contracts';
import type { DataRole } from '../step/checked-batches';

/** The differences between validation, test and prediction. */
interface KindFacts {
  readonly stage: Stage;
  /** The module's method. */
  readonly step: string;
  /** The name of its data in errors. */
  readonly role: DataRole;
  /** The trainer option that limits the number of batches. */
  readonly limit: keyof TrainerOptions;
  readonly hooks: Readonly<Record<string, keyof HostHooks>>;
}

/** The step, the limit and the hooks of each kind of evaluation. */
export const evaluationKinds = {
  validation: {
    stage: 'validate',
    step: 'validationStep',
    role: 'validation data',
    limit: 'limitValBatches',
    hooks: hooksOf('Validation'),
  },
  test: {
    stage: 'test',
    step: 'testStep',
    role: 'test data',
    limit: 'limitTestBatches',
    hooks: hooksOf('Test'),
  },
  prediction: {
    stage: 'predict',
    step: 'predictStep',
    role: 'data to predict',
    limit: 'limitPredictBatches',
    hooks: hooksOf('Predict'),
  },
} as const satisfies Readonly<Record<EvaluationKind, KindFacts>>;

function hooksOf<Name extends 'Validation' | 'Test' | 'Predict'>(name: Name) {
  return {
    start: `on${name}Start`,
    epochStart: `on${name}EpochStart`,
    batchStart: `on${name}BatchStart`,
    batchEnd: `on${name}BatchEnd`,
    epochEnd: `on${name}EpochEnd`,
    end: `on${name}End`,
  } as const;
}
