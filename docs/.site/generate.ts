/** Generates the pages of the documentation that the code determines: `npx ts-node docs/.site/generate.ts`. */
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateIndex } from './folder-index';
import { generateMethods } from './methods';
import { docs } from './paths';
import type { Generator } from './problem';
import { generateReference } from './reference';
import { generateRootPage, rootPages } from './root-pages';
import { generateSources } from './source-pages';

const generators: readonly Generator[] = [
  { target: 'reference', generate: generateReference },
  { target: 'methods', generate: generateMethods },
  {
    target: 'methods/index.md',
    generate: (out) =>
      generateIndex(
        dirname(out),
        'Methods',
        'A page for each self-supervised method: its idea, its loss, how to run it, its defaults beside lightly’s, and what it learned in our measurements. [What each method learns](../methods.md) compares them.',
      ),
  },
  {
    target: 'adr/index.md',
    generate: (out) =>
      generateIndex(
        dirname(out),
        'Decisions',
        'One page for each choice that is hard to undo: its reason, what was measured, and what follows from it.',
      ),
  },
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
