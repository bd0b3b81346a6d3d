import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import type { Json, RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';

/** The records that a run writes before it begins. */
export interface RunRecord {
  /** The resolved configuration, as a file that `--config` accepts. */
  readonly config: Json;
  readonly hyperparameters: Readonly<Record<string, Json>>;
  /** Versions, machine and command. */
  readonly environment: Json;
}

/**
 * Writes `config.yaml`, `hyperparameters.yaml` and `environment.yaml` to a run's folder. A resumed run keeps existing
 * files: if its own differ, they are written beside them as `config_1.yaml` and so on.
 *
 * @throws FulgurError `data`, naming the file, nothing of which remains.
 */
export function writeRunRecord(folder: RunFolder, record: RunRecord): void {
  for (const [name, value] of Object.entries(record)) writeBeside(folder, name, stringify(value));
}

function writeBeside(folder: RunFolder, name: string, text: string): void {
  for (let copy = 0; ; copy++) {
    const path = folder.resolve(copy === 0 ? `${name}.yaml` : `${name}_${copy}.yaml`);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) {
      writeNew(path, text);
      return;
    }
    // A folder, a link or a pipe with that name is left unchanged.
    if (found.isFile() && readFileSync(path, 'utf8') === text) return;
  }
}

function writeNew(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' });
  } catch (cause) {
    // A partial record would be mistaken for a complete one.
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw new FulgurError('data', {
      what: `${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Free space on the disk or make the folder writable.',
      cause,
    });
  }
}
