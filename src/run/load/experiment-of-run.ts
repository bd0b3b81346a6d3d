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
 * The class of the experiment that a run was of, by what the run recorded: one that Fulgur ships, or the one of that name in the
 * file that it was run with.
 *
 * @param path the run's folder, or what lies in it.
 * @throws FulgurError `checkpoint` where there is no such run, `config` where the class cannot be found.
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
  throw notFound(name, `The run was of ${file}, which is not there.`);
}

function runFolderOf(path: string): string {
  const start = resolve(path);
  for (const place of [start, existsSync(start) ? realpathSync(start) : start]) {
    for (let folder = place; folder !== dirname(folder); folder = dirname(folder)) {
      if (existsSync(join(folder, 'environment.yaml'))) return folder;
    }
  }
  throw new FulgurError('checkpoint', {
    what: existsSync(start) ? `${path} does not lie in a run's folder.` : `${path} is not there.`,
    fix: "Name a run's folder, such as runs/fastsiam/version_0, or give the experiment's class by the option experiment.",
  });
}

function recordIn<T>(folder: string, name: string, schema: z.ZodType<T>): T {
  const file = join(folder, name);
  try {
    return schema.parse(parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new FulgurError('checkpoint', {
      what: `${file} does not say which experiment the run was of.`,
      fix: "Give the experiment's class by the option experiment.",
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
  // An experiment need not be exported; where several have the name, the exported one is meant.
  const named = declaredExperiments(name).filter(isOfModules);
  const found = named.find((type) => exported.includes(type)) ?? named[0];
  if (found !== undefined) return found;
  throw notFound(name, `Its file ${file} holds no such class.`);
}

function isOfModules(type: ExperimentClass): type is AnyExperiment {
  return type.prototype instanceof TrainingModule;
}

function notFound(name: string, why: string, cause?: unknown): FulgurError {
  return new FulgurError('config', {
    what: `The class of the experiment '${name}' is not found.`,
    why,
    fix: "Give it by the option experiment, as load('runs/mine/version_0', { experiment: Mine }).",
    cause,
  });
}
