/** Generates the pages of the documentation that the code determines: `npx ts-node docs/.site/generate.ts`. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { generateDecisions } from './decisions';
import { generateMethods } from './methods';
import { docs } from './paths';
import type { Generator } from './problem';
import { generateReference } from './reference';
import { generateRootPage, rootPages } from './root-pages';
import { generateSources } from './source-pages';

const generators: readonly Generator[] = [
  { target: 'reference', generate: generateReference },
  { target: 'methods', generate: generateMethods },
  { target: 'adr/index.md', generate: generateDecisions },
  ...Object.entries(rootPages).map(([file, target]) => ({
    target,
    generate: (out: string) => generateRootPage(file, out),
  })),
  // Last, as the other pages determine which files have a page.
  { target: 'source', generate: generateSources },
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
