import type { StepEvaluation } from '../contracts';
import { encodeSafetensors } from '../nn';
import { writeWhole } from '../trainer';
import type { EvaluationResult } from '../trainer';
import type { CommandParts } from './command-parts';
import { evaluationStem, sayMetrics, sayWeights, writeEvaluation } from './write-evaluation';

/**
 * Evaluates a checkpoint on held-out data by the module's own steps, says what came out, and writes it to
 * `<run>/evaluations/<checkpoint>.<command>.json` with everything that it depends on; predictions go to a safetensors file
 * beside it. A trial (`fastDevRun`) writes nothing.
 */
export async function evaluate(command: StepEvaluation, parts: CommandParts): Promise<EvaluationResult> {
  const { config, data, trainer, module, from, interruption } = parts;
  const heldOut = await data.heldOut();
  try {
    const result = await interruption.during(trainer, () =>
      trainer[command](module, heldOut, from && { ...from, weights: config.weights }),
    );
    if (result.status === 'interrupted') return result;
    sayWeights(parts, result.weights);
    sayMetrics(parts, result.metrics);
    if (config.trainer.fastDevRun === false) await writeResult(command, parts, result, heldOut.samples);
    return result;
  } finally {
    await heldOut.close();
  }
}

async function writeResult(
  command: StepEvaluation,
  parts: CommandParts,
  { metrics, batches, predictions, weights }: EvaluationResult,
  samples: number,
): Promise<void> {
  const stem = evaluationStem(command, parts);
  if (predictions.size > 0) await writeWhole(`${stem}.safetensors`, encodeSafetensors(predictions));
  await writeEvaluation(command, parts, { metrics, weights, data: { samples }, details: { batches } });
  const files = predictions.size > 0 ? `${stem}.json and .safetensors` : `${stem}.json`;
  parts.notify('info', `Written to ${files}.`);
}
