import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedConfig } from '../config';
import type { RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { createRunFolder, untrainedFolder } from '../trainer';

/** Where a run writes, and what becomes of it. */
export interface RunPlace {
  readonly folder: RunFolder;
  /** Takes a trial's files away. */
  close(): void;
}

/**
 * A run's own folder; evaluations of random weights, which belong to no run, share one; a trial run (`fastDevRun`) writes to a temporary one, and so leaves nothing behind.
 *
 * @throws FulgurError `checkpoint` when there is nothing to resume from, `config` when the folder cannot be made.
 */
export function openRunPlace({ name, resume, checkpoint, untrained, trainer }: ResolvedConfig): RunPlace {
  if (checkpoint !== null) {
    const folder = createRunFolder({ root: trainer.defaultRootDir, experiment: name, resume: checkpoint });
    return { folder, close: () => undefined };
  }
  if (trainer.fastDevRun !== false) return openTrialPlace(name, resume);
  if (untrained) {
    return { folder: untrainedFolder(trainer.defaultRootDir, name), close: () => undefined };
  }
  const folder = orUnwritable(trainer.defaultRootDir, (root) =>
    createRunFolder({ root, experiment: name, resume }),
  );
  return { folder, close: () => undefined };
}

function openTrialPlace(experiment: string, resume: string | null): RunPlace {
  if (resume === 'last' || resume === 'best') {
    throw new FulgurError('config', {
      what: `'--resume ${resume}' was given to a trial run (trainer.fastDevRun).`,
      why: 'A trial has a folder of its own, without checkpoints.',
      fix: "Name the checkpoint's folder after --resume.",
    });
  }
  const root = orUnwritable(tmpdir(), (parent) => mkdtempSync(join(parent, 'fulgur-trial-')));
  return {
    folder: createRunFolder({ root, experiment, resume: null }),
    close: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}

function orUnwritable<T>(root: string, make: (root: string) => T): T {
  try {
    return make(root);
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('config', {
      what: `The run's folder cannot be made in '${root}': ${messageOf(cause)}.`,
      fix: 'Make it writable, or name another one with --trainer.defaultRootDir.',
      cause,
    });
  }
}
