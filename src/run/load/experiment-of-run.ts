import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { FulgurError, messageOf } from '../../errors';
import { declaredExperiments, experimentDefinition } from '../../metadata';
import type { ExperimentClass } from '../../metadata';
import { loadModules, moduleExports } from '../../system';
import { TrainingModule } from '../../trainer';
import { shippedExperiments } from '../shipped-experiments';
import { whileLooking } from './looking';

type AnyExperiment = ExperimentClass<TrainingModule<unknown>>;

const environmentSchema = z.object({ command: z.array(z.coerce.string()) });
const configSchema = z.object({ name: z.string() });

/**
 * Returns the class of a run's experiment, from what the run recorded: one that Fulgur ships, or the class with that
 * name in the file from which it was run.
 *
 * @param path the run's folder, or a path inside it.
 * @throws FulgurError `checkpoint` if the run does not exist, `config` if the class cannot be found.
 */
export async function experimentOfRun(path: string): Promise<AnyExperiment> {
  const folder = runFolderOf(path);
  const { command } = recordIn(folder, 'environment.yaml', environmentSchema);
  const { name } = recordIn(folder, 'config.yaml', configSchema);
  const [file = '', ...words] = command;
  const shipped = shippedExperiments();
  const trained = words[0] === 'train' ? shipped.find((one) => one.name === words[1]) : undefined;
  if (trained !== undefined) return trained.type;
  if (existsSync(file)) return experimentIn(file, name);
  const sameName = shipped.find(({ type }) => experimentDefinition(type).name === name);
  if (sameName !== undefined) return sameName.type;
  throw notFound(name, `The run was started from ${file}, which does not exist.`);
}

function runFolderOf(path: string): string {
  const start = resolve(path);
  for (const place of [start, existsSync(start) ? realpathSync(start) : start]) {
    for (let folder = place; folder !== dirname(folder); folder = dirname(folder)) {
      if (existsSync(join(folder, 'environment.yaml'))) return folder;
    }
  }
  throw new FulgurError('checkpoint', {
    what: existsSync(start) ? `${path} is not inside a run's folder.` : `${path} does not exist.`,
    fix: "Name a run's folder, such as runs/fastsiam/version_0, or pass the experiment's class as the option experiment.",
  });
}

function recordIn<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const file = join(folder, name);
  try {
    return schema.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new FulgurError('checkpoint', {
      what: `${file} does not name the experiment of the run.`,
      fix: "Pass the experiment's class as the option experiment.",
      cause,
    });
  }
}

async function experimentIn(file: string, name: string): Promise<AnyExperiment> {
  let exported: readonly unknown[];
  try {
    exported = await whileLooking(async () => {
      await loadModules([file]);
      return Object.values(moduleExports(file));
    });
  } catch (cause) {
    throw notFound(
      name,
      `Its file ${file} cannot be loaded: ${messageOf(cause).split('\n')[0] ?? ''}.`,
      cause,
    );
  }
  // An experiment need not be exported; if several have the name, the exported one is used.
  const named = declaredExperiments(name).filter(isOfModules);
  const found = named.find((type) => exported.includes(type)) ?? named[0];
  if (found !== undefined) return found;
  throw notFound(name, `Its file ${file} has no such class.`);
}

function isOfModules(type: ExperimentClass): type is AnyExperiment {
  return type.prototype instanceof TrainingModule;
}

function notFound(name: string, why: string, cause?: unknown): FulgurError {
  return new FulgurError('config', {
    what: `The class of the experiment '${name}' was not found.`,
    why,
    fix: "Pass it as the option experiment: load('runs/mine/version_0', { experiment: Mine }).",
    cause,
  });
}
