import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flatPages } from './navigation';
import { readPages } from './pages';

/** Writes the page that lists the pages of a folder, as its `index.md`. */
export async function generateIndex(folder: string, title: string, about: string): Promise<void> {
  const pages = flatPages(readPages(folder).filter(({ path }) => path !== 'index'));
  const lines = await Promise.all(
    pages.map(async ({ path, title: plain }) => {
      const text = await readFile(join(folder, `${path}.md`), 'utf8');
      // As the page has it, with its marks.
      const heading = /^# (.+)$/m.exec(text)?.[1] ?? plain;
      return `- [${heading}](${path}.md)`;
    }),
  );
  await writeFile(join(folder, 'index.md'), `# ${title}\n\n${about}\n\n${lines.join('\n')}\n`);
}
