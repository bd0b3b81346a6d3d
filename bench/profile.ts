import { writeFileSync } from 'node:fs';
import { operationTables } from '../plugins/profiler';
import type { TracedCall } from '../src';
import { FulgurError } from '../src/errors';

/** Command-line options of the scripts that measure a step. */
export const profileOptions = {
  profile: { type: 'boolean', default: false },
  'profile-file': { type: 'string', default: '' },
} as const;

interface ProfileValues {
  readonly profile: boolean;
  readonly 'profile-file': string;
}

const ROWS = 25;

export function isProfile({ profile, 'profile-file': file }: ProfileValues): boolean {
  return profile || file !== '';
}

/**
 * Prints a table of the operations of each traced function, and writes them to a file if one is named.
 *
 * @throws FulgurError `config` if nothing was traced.
 */
export function reportProfile(traced: readonly TracedCall[], { 'profile-file': file }: ProfileValues): void {
  if (traced.length === 0) {
    throw new FulgurError('config', {
      what: 'No compiled function was called in the examined step.',
      why: 'TensorFlow measures only compiled functions.',
      fix: 'Leave out --profile, or the option that prevents compilation of the step.',
    });
  }
  const report = operationTables(traced, ROWS)
    .map(({ title, text }) => `operations of ${title}:\n${text}`)
    .join('\n\n');
  console.log(`${report}\n`);
  if (file !== '') writeFileSync(file, `${report}\n`);
}
