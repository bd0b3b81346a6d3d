import { writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { readPages } from './pages';

/** Writes the list of all decisions. */
export async function generateDecisions(out: string): Promise<void> {
  const decisions = readPages(dirname(out)).filter(({ path }) => path !== basename(out, '.md'));
  const lines = decisions.map(({ path, title }) => `- [${title}](${path}.md)`);
  await writeFile(
    out,
    `# Decisions\n\nOne page for each choice that is hard to undo: its reason, what was measured, and what follows from it.\n\n${lines.join('\n')}\n`,
  );
}
