import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths';

const readers = ['src/config', 'src/launch/environments', 'src/launch/local'];

function sources(): { path: string; text: string }[] {
  const files = readers.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.ts') && name !== 'environment-variables.ts')
      .map((name) => `${folder}/${name}`),
  );
  return [...files, 'compiler.cjs'].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Names of variables in the files that read the environment: words in capitals, with an underscore or where one is read by name. */
export function variablesInSource(): string[] {
  const word = /(?:'|env\.)([A-Z][A-Z\d]*(?:_[A-Z\d]+)+)\b|(?:variables\['|valueOf\(variables, ')([A-Z]+)'/g;
  const names = sources().flatMap(({ text }) =>
    [...text.matchAll(word)].map(([, long, short]) => long ?? short ?? ''),
  );
  return [...new Set(names)].sort();
}

/** The files that read a variable. */
export function filesWith(name: string): string[] {
  return sources()
    .filter(({ text }) => new RegExp(`\\b${name}\\b`).test(text))
    .map(({ path }) => path);
}
