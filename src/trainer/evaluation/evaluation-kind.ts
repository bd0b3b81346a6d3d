import type { EvaluationHooks, EvaluationKind, Stage } from '../../contracts';

/** What differs between validation, test and prediction. */
interface KindFacts {
  readonly stage: Stage;
  /** The module's method. */
  readonly step: 'validationStep' | 'testStep' | 'predictStep';
  /** The trainer option that says how many batches. */
  readonly limit: 'limitValBatches' | 'limitTestBatches' | 'limitPredictBatches';
  readonly hooks: {
    readonly start: 'onValidationStart' | 'onTestStart' | 'onPredictStart';
    readonly epochStart: 'onValidationEpochStart' | 'onTestEpochStart' | 'onPredictEpochStart';
    readonly batchStart: 'onValidationBatchStart' | 'onTestBatchStart' | 'onPredictBatchStart';
    readonly batchEnd: 'onValidationBatchEnd' | 'onTestBatchEnd' | 'onPredictBatchEnd';
    readonly epochEnd: 'onValidationEpochEnd' | 'onTestEpochEnd' | 'onPredictEpochEnd';
    readonly end: 'onValidationEnd' | 'onTestEnd' | 'onPredictEnd';
  };
}

/** The step and the hooks of each kind of evaluation. */
export const evaluationKinds = {
  validation: {
    stage: 'validate',
    step: 'validationStep',
    limit: 'limitValBatches',
    hooks: {
      start: 'onValidationStart',
      epochStart: 'onValidationEpochStart',
      batchStart: 'onValidationBatchStart',
      batchEnd: 'onValidationBatchEnd',
      epochEnd: 'onValidationEpochEnd',
      end: 'onValidationEnd',
    },
  },
  test: {
    stage: 'test',
    step: 'testStep',
    limit: 'limitTestBatches',
    hooks: {
      start: 'onTestStart',
      epochStart: 'onTestEpochStart',
      batchStart: 'onTestBatchStart',
      batchEnd: 'onTestBatchEnd',
      epochEnd: 'onTestEpochEnd',
      end: 'onTestEnd',
    },
  },
  prediction: {
    stage: 'predict',
    step: 'predictStep',
    limit: 'limitPredictBatches',
    hooks: {
      start: 'onPredictStart',
      epochStart: 'onPredictEpochStart',
      batchStart: 'onPredictBatchStart',
      batchEnd: 'onPredictBatchEnd',
      epochEnd: 'onPredictEpochEnd',
      end: 'onPredictEnd',
    },
  },
} as const satisfies Readonly<Record<EvaluationKind, KindFacts>> & {
  readonly [K in EvaluationKind]: { readonly hooks: Readonly<Record<string, keyof EvaluationHooks>> };
};
