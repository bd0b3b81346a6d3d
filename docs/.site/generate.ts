/** Generates the pages of the documentation that the code determines: `npx ts-node docs/.site/generate.ts`. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateChangelog } from './changelog';
import { generateMethods } from './methods';
import { docs } from './paths';
import type { Generator } from './problem';
import { generateReference } from './reference';

const generators: readonly Generator[] = [
  { target: 'reference', generate: generateReference },
  { target: 'methods', generate: generateMethods },
  { target: 'changelog.md', generate: generateChangelog },
];

/** Writes all generated pages into the documentation's folder, in place of the former ones. */
export async function generate(): Promise<void> {
  for (const { target, generate: write } of generators) {
    const out = join(docs, target);
    await rm(out, { recursive: true, force: true });
    if (!target.endsWith('.md')) await mkdir(out, { recursive: true });
    await write(out);
  }
}

if (require.main === module) void generate();
