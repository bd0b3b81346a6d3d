import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The contents of the files that a complete run leaves behind: the newest run's last checkpoint and its metrics,
 * without the options with which it was started, which include the number of loader threads.
 */
export function remainsOf(folder: string): Readonly<Record<string, string>> {
  const parent = join(folder, 'runs', 'killed');
  const versions = readdirSync(parent).sort((a, b) => versionOf(b) - versionOf(a));
  const newest = join(parent, versions[0] ?? '');
  const last = readFileSync(join(newest, 'checkpoints', 'last'), 'utf8').trim();
  const files = ['model.safetensors', 'optimizer.safetensors', 'state.json'].map((file) =>
    join('checkpoints', last, file),
  );
  return Object.fromEntries(
    [...files, 'metrics.csv'].map((file) => [
      file,
      createHash('sha256')
        .update(contentOf(join(newest, file)))
        .digest('hex'),
    ]),
  );
}

function contentOf(file: string): Uint8Array | string {
  const content = readFileSync(file);
  if (!file.endsWith('state.json')) return content;
  const state = JSON.parse(content.toString('utf8')) as Record<string, unknown>;
  return JSON.stringify({ ...state, origin: null });
}

function versionOf(run: string): number {
  return Number(run.replace('version_', ''));
}
