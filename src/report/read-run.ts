import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseJson } from '../contracts';
import type { Json } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { readRegularFile } from '../system';
import { readMessages } from './read-messages';
import { readMetrics } from './read-metrics';
import type { EvaluationRecord, ReportedRun, RunPicture } from './reported-run';
import { stateOf } from './run-state';

const MOST_BYTES = 1 << 26;
/** Maximum number of pictures per name in a report; the newest are shown. */
const MOST_PICTURES = 4;

/**
 * Reads the folder of a run, even if parts of it are missing.
 *
 * @throws FulgurError `data` if the path does not lead to a run.
 */
export async function readRun(path: string): Promise<Omit<ReportedRun, 'label'>> {
  const folder = resolve(path);
  const names = await requireRun(path, folder);
  const problems: string[] = [];
  const records = (name: string): Promise<Json[]> => readCopies(folder, names, name, problems);
  const [configs, hyperparameters, environments] = [
    await records('config'),
    await records('hyperparameters'),
    await records('environment'),
  ];
  const found = await readMetrics(folder);
  const evaluations = await readEvaluations(folder, problems);
  const log = await readMessages(folder, names, problems);
  const name = (configs[0] as { name?: unknown } | undefined)?.name;
  return {
    folder,
    experiment: typeof name === 'string' ? name : basename(dirname(folder)),
    metrics: found.metrics,
    ...{ configs, hyperparameters, environments, evaluations },
    messages: log.messages,
    bands: log.bands,
    pictures: await readPictures(folder),
    state: await stateOf(folder, configs.at(-1) ?? null, found.metrics, log.end),
    problems: [...problems, ...found.problems],
  };
}

async function requireRun(given: string, folder: string): Promise<readonly string[]> {
  const found = await stat(folder).catch(() => null);
  if (found === null) {
    throw new FulgurError('data', {
      what: `The folder ${given} does not exist.`,
      fix: 'Name the folder of a run, such as runs/fastsiam/version_0.',
    });
  }
  if (!found.isDirectory()) {
    throw new FulgurError('data', {
      what: `${given} is a file, not the folder of a run.`,
      fix: 'Name the folder of a run, such as runs/fastsiam/version_0.',
    });
  }
  const names = await readdir(folder);
  if (names.some((name) => isOfRun.test(name))) return names;
  const runs = names.filter((name) => /^version_\d+$/.test(name)).sort(byNumber);
  throw new FulgurError('data', {
    what: `${given} is not the folder of a run: it contains no config.yaml, no metrics and no evaluations.`,
    why: runs.length === 0 ? undefined : `It contains the runs ${runs.slice(-8).join(', ')}.`,
    fix:
      runs.length === 0
        ? 'Name the folder of a run, such as runs/fastsiam/version_0.'
        : `Name one of them, such as ${join(given, runs.at(-1) ?? '')}.`,
  });
}

const isOfRun = /^(config\.yaml|environment\.yaml|evaluations|metrics\.(csv|jsonl)|tensorboard|checkpoints)$/;

function byNumber(one: string, other: string): number {
  return Number(/\d+$/.exec(one)?.[0]) - Number(/\d+$/.exec(other)?.[0]);
}

/** Reads `config.yaml`, `config_1.yaml` and so on: a resumed run writes another file if its configuration differs. */
async function readCopies(
  folder: string,
  names: readonly string[],
  name: string,
  problems: string[],
): Promise<Json[]> {
  const pattern = new RegExp(`^${name}(?:_(\\d+))?\\.yaml$`);
  const copies = names
    .filter((file) => pattern.test(file))
    .sort((one, other) => Number(pattern.exec(one)?.[1] ?? 0) - Number(pattern.exec(other)?.[1] ?? 0));
  const values: Json[] = [];
  for (const file of copies) {
    try {
      const text = (await readRegularFile(join(folder, file), MOST_BYTES)).toString('utf8');
      values.push(parse(text) as Json);
    } catch (error) {
      problems.push(`${file} could not be read: ${messageOf(error)}.`);
    }
  }
  return values;
}

async function readEvaluations(folder: string, problems: string[]): Promise<EvaluationRecord[]> {
  const inside = join(folder, 'evaluations');
  const names = (await readdir(inside).catch(() => [])).filter((name) => name.endsWith('.json')).sort();
  const records: EvaluationRecord[] = [];
  for (const file of names) {
    try {
      const text = (await readRegularFile(join(inside, file), MOST_BYTES)).toString('utf8');
      const record = evaluationOf(file, parseJson(text));
      if (record !== null) records.push(record);
    } catch (error) {
      problems.push(`evaluations/${file} could not be read: ${messageOf(error)}.`);
    }
  }
  return records.sort((one, other) => (one.step ?? 0) - (other.step ?? 0));
}

/** Returns `null` for a file that is not a record with figures. */
function evaluationOf(file: string, value: Json): EvaluationRecord | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { command, checkpoint, weights, metrics, progress } = value as Readonly<Record<string, Json>>;
  if (typeof command !== 'string' || typeof metrics !== 'object' || metrics === null) return null;
  const step = (progress as { globalStep?: unknown } | null | undefined)?.globalStep;
  const numbers = Object.entries(metrics).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return {
    ...{ file, command },
    checkpoint: typeof checkpoint === 'string' ? basename(checkpoint) : null,
    weights: typeof weights === 'string' ? weights : 'raw',
    step: typeof step === 'number' ? step : null,
    metrics: Object.fromEntries(numbers),
    nearest: nearestSchema.safeParse(value).data?.found ?? [],
  };
}

/** What the command `neighbours` records. */
const nearestSchema = z.object({
  found: z.array(
    z.object({
      query: z.string(),
      neighbours: z.array(z.object({ name: z.string(), similarity: z.number() })),
    }),
  ),
});

/** Returns the newest PNG files in the folders to which plugins and commands write pictures. */
async function readPictures(folder: string): Promise<RunPicture[]> {
  const pictures: RunPicture[] = [];
  for (const place of ['evaluations', 'images', 'maps']) {
    const names = await readdir(join(folder, place), { recursive: true }).catch(() => []);
    const images = names.filter((name) => name.endsWith('.png')).sort(inOrder);
    for (const inside of new Set(images.map(dirname))) {
      for (const name of images.filter((image) => dirname(image) === inside).slice(-MOST_PICTURES)) {
        const png = await readRegularFile(join(folder, place, name), MOST_BYTES).catch(() => null);
        if (png !== null) pictures.push({ file: `${place}/${name}`, png });
      }
    }
  }
  return pictures;
}

/** Compares numbers in names by value: step=9 before step=10. */
const { compare: inOrder } = new Intl.Collator('en', { numeric: true });
