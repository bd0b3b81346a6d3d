import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** This package's version. */
export function fulgurVersion(): string {
  // From src/config, or from dist/src/config once built.
  for (const up of ['../..', '../../..']) {
    try {
      const text = readFileSync(join(__dirname, up, 'package.json'), 'utf8');
      return (JSON.parse(text) as { version: string }).version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}
