import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResolvedConfig } from '../config';
import type { RunFolder } from '../contracts';
import { createRunFolder } from '../trainer';

/** Where a run writes, and what becomes of it. */
export interface RunPlace {
  readonly folder: RunFolder;
  /** Takes a trial's files away. */
  close(): void;
}

/** A run's own folder; a trial run (`fastDevRun`) writes to a temporary one, and so leaves nothing behind. */
export function openRunPlace({ name, resume, trainer }: ResolvedConfig): RunPlace {
  if (trainer.fastDevRun === false) {
    const folder = createRunFolder({ root: trainer.defaultRootDir, experiment: name, resume });
    return { folder, close: () => undefined };
  }
  const root = mkdtempSync(join(tmpdir(), 'fulgur-trial-'));
  return {
    folder: createRunFolder({ root, experiment: name, resume: null }),
    close: () => {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
