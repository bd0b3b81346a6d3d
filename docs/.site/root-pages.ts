import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './paths';

/** Files of the project's root that are pages of the site, and the pages' names. */
export const rootPages: Readonly<Record<string, string>> = {
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
};

/** Writes the page of a file of the root, whose links then lead from `docs`. */
export async function generateRootPage(file: string, out: string): Promise<void> {
  if (!existsSync(join(root, file))) return;
  await writeFile(out, fromDocs(await readFile(join(root, file), 'utf8')));
}

/** Returns a page of the root with links that lead from `docs`. */
export function fromDocs(text: string): string {
  return text.replace(/\]\((?![a-z]+:|#)(?:\.\/)?([^)\s]+)\)/g, (_, target: string) =>
    target.startsWith('docs/') ? `](${target.slice('docs/'.length)})` : `](../${target})`,
  );
}
