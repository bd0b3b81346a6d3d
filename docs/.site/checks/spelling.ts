import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Problem } from '../problem';
import { pages, root, sources } from './files';
import { textsOfCode, textsOfPage } from './texts';

/** Terms and names that the dictionaries do not have: one a line, in order. */
const list = '.cspell/words.txt';

/** Tags, style sheets, and what is spelt otherwise in the titles of papers. */
const foreign = /<[^<>]*>|&\w+;|[^{}\n]+\{[^{}]*:[^{}]*;\s*\}|prefers-[\w-]+|nearest-neighbor/gi;

interface Place {
  readonly file: string;
  readonly line: number;
}

/** Checks the words of pages, comments, messages and names of tests by cspell's dictionaries of British English. */
export const spelling: Check = {
  name: 'spelling',
  run: () => {
    const words = new Map<string, Place[]>();
    for (const file of [...pages(), ...sources()])
      addWords(file, readFileSync(join(root, file), 'utf8'), words);
    return Promise.resolve(spellingProblems(words, readFileSync(join(root, list), 'utf8')));
  },
};

/** @param words by the spelling, with the places where it is used. */
export function spellingProblems(words: ReadonlyMap<string, readonly Place[]>, terms: string): Problem[] {
  const known = terms.split('\n').filter((word) => word !== '');
  const unknown = unknownOf([...words.keys()]);
  const misspelt = unknown
    .filter((word) => !known.includes(word.toLowerCase()))
    .flatMap((word) =>
      (words.get(word) ?? []).map((place) => ({
        ...place,
        message: `Unknown word '${word}'. Correct it, or add it to ${list} if it is a term or a name.`,
      })),
    );
  const used = new Set(unknown.map((word) => word.toLowerCase()));
  const listed = known.flatMap((word, index) => {
    const line = { file: list, line: index + 1 };
    const before = known[index - 1];
    if (before !== undefined && !(before < word))
      return [{ ...line, message: `'${word}' must stand before '${before}'.` }];
    return used.has(word) ? [] : [{ ...line, message: `'${word}' is not needed. Delete it.` }];
  });
  return [...misspelt, ...listed];
}

/** Adds the words of a file; of a test only its comments and names, since texts in tests are often wrong on purpose. */
export function addWords(file: string, text: string, words: Map<string, Place[]>): void {
  const texts = file.endsWith('.md') ? textsOfPage(text) : textsOfCode(text);
  const lineOf = lineCounter(text);
  for (const { kind, start, prose } of texts) {
    if (kind === 'string' && (file.startsWith('test/') || !/\S\s+\S/.test(prose))) continue;
    const sentence = prose.replace(foreign, (part) => ' '.repeat(part.length));
    for (const { 0: run, index } of sentence.matchAll(/\S+/g)) {
      for (const word of wordsOf(run)) {
        const place = { file, line: lineOf(start + index) };
        const places = words.get(word);
        if (places === undefined) words.set(word, [place]);
        else places.push(place);
      }
    }
  }
}

/** The words of what stands between two spaces: none of paths, options, identifiers, abbreviations and numbers. */
function wordsOf(run: string): string[] {
  const bare = run
    .replace(/^[("'“‘[{]+/, '')
    .replace(/['’]s(?=\W*$)/, '')
    .replace(/[)\]}"'”’.,;:!?…]+$/, '');
  if (!/^\p{Script=Latin}[\p{L}'’-]*$/u.test(bare) || bare.length > 40) return [];
  return bare.split('-').filter((word) => /^\p{L}\p{Ll}['’\p{Ll}]+$/u.test(word));
}

function lineCounter(text: string): (at: number) => number {
  const starts = [...text.matchAll(/\n/g)].map(({ index }) => index);
  return (at) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

function unknownOf(words: readonly string[]): string[] {
  const options = [
    '--config',
    '.cspell/cspell.json',
    '--no-progress',
    '--no-summary',
    '--words-only',
    '--unique',
  ];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/cspell/bin.mjs'), 'lint', ...options, 'stdin'],
    { cwd: root, input: words.join('\n'), encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  if (status === null || status > 1) throw new Error(`cspell failed: ${stderr}`);
  return stdout.split('\n').filter((word) => word !== '');
}
