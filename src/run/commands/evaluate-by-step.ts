import type { NamedSamples } from '../../data';
import type { EvaluationResult } from '../../trainer';
import type { PredictionFiles } from '../prediction-files';
import type { CommandScope } from '../scope';

/**
 * Evaluates a checkpoint on held-out data, or on the given split, with one of the module's own steps, and prints and
 * records the result.
 *
 * @param files receives the predictions.
 */
export async function evaluateByStep(
  scope: CommandScope,
  evaluate: (samples: NamedSamples) => Promise<EvaluationResult>,
  files: PredictionFiles | null = null,
): Promise<EvaluationResult> {
  const { interruption, trainer } = scope.run;
  const samples = await scope.samples();
  try {
    const result = await interruption.during(trainer, () => evaluate(samples));
    if (result.status === 'interrupted') return result;
    await files?.finish();
    const { metrics, batches, weights } = result;
    const details = { batches, ...(files !== null && { predicted: files.rows }) };
    const besides = files === null ? [] : ['.safetensors', '.samples.jsonl'];
    await scope.conclude({ metrics, data: { samples: samples.samples }, details }, weights, besides);
    return result;
  } finally {
    await files?.discard();
    await samples.close();
  }
}
