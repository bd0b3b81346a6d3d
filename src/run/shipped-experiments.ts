import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { FulgurError, suggestion } from '../errors';
import { experimentDefinition } from '../metadata';
import type { ExperimentClass } from '../metadata';
import { TrainingModule } from '../trainer';

/** An experiment from the folder `experiments` that ships with Fulgur. */
export interface ShippedExperiment {
  /** Name of its file. */
  readonly name: string;
  readonly type: ExperimentClass<TrainingModule<unknown>>;
}

// Beside `src`, in a checkout and in `dist`: the experiments are found at run time, since `src` does not import any.
const folder = join(__dirname, '..', '..', 'experiments');
const extension = extname(__filename);
const load = createRequire(__filename);

/** Returns all of them, by name. */
export function shippedExperiments(): ShippedExperiment[] {
  return fileNames().flatMap((name) => {
    const type = experimentOf(name);
    return type === null ? [] : [{ name, type }];
  });
}

/** @throws FulgurError `config` if none has that name. */
export function shippedExperiment(name: string): ShippedExperiment {
  const type = fileNames().includes(name) ? experimentOf(name) : null;
  if (type !== null) return { name, type };
  const names = shippedExperiments().map((one) => one.name);
  throw new FulgurError('config', {
    what: `Fulgur has no experiment '${name}'.`,
    fix:
      `${suggestion(name, names)}Choose one of ${names.join(', ')}; ` +
      'run your own experiment by its file: npx ts-node my-experiment.ts.',
  });
}

function fileNames(): string[] {
  return readdirSync(folder)
    .filter((file) => extname(file) === extension && !file.endsWith('.d.ts'))
    .map((file) => file.slice(0, -extension.length))
    .sort();
}

/** Returns the experiment that a file exports; `null` for a file without one. */
function experimentOf(name: string): ShippedExperiment['type'] | null {
  const exports = load(join(folder, `${name}${extension}`)) as Readonly<Record<string, unknown>>;
  return Object.values(exports).find(isExperiment) ?? null;
}

function isExperiment(value: unknown): value is ShippedExperiment['type'] {
  if (typeof value !== 'function' || !(value.prototype instanceof TrainingModule)) return false;
  experimentDefinition(value as ExperimentClass);
  return true;
}
