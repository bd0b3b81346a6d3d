import { basename, sep } from 'node:path';

interface Named {
  readonly folder: string;
  readonly experiment: string;
}

/**
 * Returns short names that distinguish runs: the experiment and the folder's own name, or as much of the path as
 * necessary.
 */
export function labelsOf(runs: readonly Named[]): string[] {
  const short = runs.map(({ folder, experiment }) => `${experiment}/${basename(folder)}`);
  if (new Set(short).size === runs.length) return short;
  const parts = runs.map(({ folder }) => folder.split(sep).filter((part) => part !== ''));
  const longest = Math.max(...parts.map(({ length }) => length));
  for (let count = 2; count <= longest; count++) {
    const ends = parts.map((path) => path.slice(-count).join('/'));
    if (new Set(ends).size === runs.length) return ends;
  }
  return runs.map(({ folder }, index) => `${folder} (${index + 1})`);
}
