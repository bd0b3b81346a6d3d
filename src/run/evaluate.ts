import type { StepEvaluation, ViewBatch } from '../contracts';
import type { NamedSamples } from '../data';
import type { EvaluationResult, Outputs } from '../trainer';
import type { CommandParts } from './command-parts';
import { PredictionFiles } from './prediction-files';
import { evaluationStem, sayMetrics, sayWeights, writeEvaluation } from './write-evaluation';

/**
 * Evaluates a checkpoint on held-out data, or on the split that was named, by the module's own steps, says what came out,
 * and writes it to `<run>/evaluations/<checkpoint>.<command>.json` with everything that it depends on; predictions go to a
 * safetensors file beside it, the samples' names to a third. A trial (`fastDevRun`) writes nothing.
 */
export async function evaluate(command: StepEvaluation, parts: CommandParts): Promise<EvaluationResult> {
  const { config, data, trainer, module, from, interruption } = parts;
  const samples = await data.heldOut(config.split);
  const writes = config.trainer.fastDevRun === false;
  const files = command === 'predict' && writes ? new PredictionFiles(evaluationStem(command, parts)) : null;
  const of = from && { ...from, weights: config.weights };
  try {
    const result = await interruption.during(trainer, () => {
      if (files === null) return trainer[command](module, samples, of);
      const { source, named } = withNames(samples);
      return trainer.predict(module, source, of, (outputs: Outputs) => files.add(outputs, named()));
    });
    if (result.status === 'interrupted') return result;
    sayWeights(parts, result.weights);
    sayMetrics(parts, result.metrics);
    if (writes) await writeResult(command, parts, { result, samples: samples.samples, files });
    return result;
  } finally {
    await files?.discard();
    await samples.close();
  }
}

/** The same batches, and the samples of the one that is evaluated now. */
function withNames(samples: NamedSamples) {
  let current: number[] = [];
  const source = {
    samples: samples.samples,
    batchesPerEpoch: samples.batchesPerEpoch,
    close: () => samples.close(),
    async *epoch(...asked: Parameters<NamedSamples['epoch']>): AsyncIterable<ViewBatch> {
      for await (const batch of samples.epoch(...asked)) {
        current = [...(await batch.indices.data())];
        yield batch;
      }
    },
  };
  return { source, named: () => current.map((index) => ({ index, ...samples.nameOf(index) })) };
}

async function writeResult(
  command: StepEvaluation,
  parts: CommandParts,
  found: {
    readonly result: EvaluationResult;
    readonly samples: number;
    readonly files: PredictionFiles | null;
  },
): Promise<void> {
  const { files, samples } = found;
  const { metrics, batches, weights } = found.result;
  const details = { batches, ...(files !== null && { predicted: files.rows }) };
  await files?.finish();
  await writeEvaluation(command, parts, { metrics, weights, data: { samples }, details });
  const written = files === null ? '.json' : '.json, .safetensors and .samples.jsonl';
  parts.notify('info', `Written to ${evaluationStem(command, parts)}${written}.`);
}
