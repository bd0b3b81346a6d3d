import { basename } from 'node:path';
import { jsonText } from '../contracts';
import type { EvaluationCommand, Json, WeightKind } from '../contracts';
import { writeWhole } from '../system';
import type { CommandParts } from './command-parts';
import { environmentRecord } from './environment-record';

/** What an evaluation found out. */
export interface Findings {
  readonly metrics: Readonly<Record<string, number>>;
  /** What it measured on, besides the data set. */
  readonly data: Readonly<Record<string, Json>>;
  /** What else the figures depend on or go with. */
  readonly details: Readonly<Record<string, Json>>;
}

/** Says which weights were evaluated, where a checkpoint has two kinds. */
export function sayWeights({ notify, config }: CommandParts, weights: WeightKind): void {
  if (weights === 'averaged') {
    notify('info', 'Evaluated with the averaged weights; --weights raw takes those in training.');
  } else if (config.weights === 'raw') notify('info', 'Evaluated with the raw weights.');
}

/** Says each metric. */
export function sayMetrics({ notify }: CommandParts, metrics: Findings['metrics']): void {
  for (const [name, value] of Object.entries(metrics)) notify('info', `${name} = ${value.toPrecision(6)}`);
}

/** `<run>/evaluations/<checkpoint>.<command>`, to which an ending is put; of random weights, the seed names the file. Another split, and raw weights that
 * were asked for, stand behind the command. */
export function evaluationStem(command: EvaluationCommand, { folder, from, config }: CommandParts): string {
  const weights = from === undefined ? `seed=${config.seed}` : basename(from.path);
  const kinds = [
    ...(config.split === 'test' ? [] : [config.split]),
    ...(config.weights === 'raw' ? ['raw'] : []),
  ];
  return folder.resolve('evaluations', [weights, command, ...kinds].join('.'));
}

/** Writes an evaluation's result with everything that it depends on. */
export async function writeEvaluation(
  command: EvaluationCommand,
  parts: CommandParts,
  { metrics, weights, data: measured, details }: Findings & { readonly weights: WeightKind },
): Promise<void> {
  const { config, data, args, from } = parts;
  const record: Json = {
    command,
    checkpoint: from?.path ?? null,
    weights,
    progress: from === undefined ? null : { ...from.state.progress },
    metrics: { ...metrics },
    ...details,
    data: { ...data.info, split: config.split, ...measured },
    config: config.toJson(),
    environment: await environmentRecord(data.info, args, null, null, parts.notify),
  };
  const text = jsonText(record, 2, 'evaluation');
  await writeWhole(`${evaluationStem(command, parts)}.json`, Buffer.from(`${text}\n`));
}
