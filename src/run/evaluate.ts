import { basename } from 'node:path';
import type { Command, Json } from '../contracts';
import { writeWhole } from '../trainer';
import type { EvaluationResult } from '../trainer';
import { encodeSafetensors } from '../nn';
import type { CommandParts } from './command-parts';
import { environmentRecord } from './environment-record';

/** What came out, and how many samples the held-out data have. */
interface Evaluated {
  readonly result: EvaluationResult;
  readonly samples: number;
}

type EvaluationCommand = Exclude<Command, 'fit'>;

/**
 * Evaluates a checkpoint on held-out data, says what came out, and writes it to
 * `<run>/evaluations/<checkpoint>.<command>.json` with everything that it depends on; predictions go to a safetensors file
 * beside it. A trial (`fastDevRun`) writes nothing.
 */
export async function evaluate(command: EvaluationCommand, parts: CommandParts): Promise<EvaluationResult> {
  const { config, data, trainer, module, from, interruption, notify } = parts;
  const heldOut = await data.heldOut();
  try {
    const result = await interruption.during(trainer, () => trainer[command](module, heldOut, from));
    if (result.status === 'interrupted') return result;
    for (const [name, value] of Object.entries(result.metrics))
      notify('info', `${name} = ${value.toPrecision(6)}`);
    if (config.trainer.fastDevRun === false)
      await writeResult(command, parts, { result, samples: heldOut.samples });
    return result;
  } finally {
    await heldOut.close();
  }
}

async function writeResult(
  command: EvaluationCommand,
  { config, data, folder, args, from, notify }: CommandParts,
  { result: { metrics, batches, predictions }, samples }: Evaluated,
): Promise<void> {
  const stem = folder.resolve('evaluations', `${basename(from?.path ?? 'initial')}.${command}`);
  const record: Json = {
    command,
    checkpoint: from?.path ?? null,
    progress: from === undefined ? null : { ...from.state.progress },
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : String(value)]),
    ),
    batches,
    data: { ...data.info, split: 'test', samples },
    config: config.toJson(),
    environment: await environmentRecord(data.info, args, null),
  };
  if (predictions.size > 0) await writeWhole(`${stem}.safetensors`, encodeSafetensors(predictions));
  await writeWhole(`${stem}.json`, Buffer.from(`${JSON.stringify(record, null, 2)}\n`));
  const files = predictions.size > 0 ? `${stem}.json and .safetensors` : `${stem}.json`;
  notify('info', `Written to ${files}.`);
}
