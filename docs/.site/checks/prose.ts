import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pages, root, sources } from './files';
import { phrases } from './phrases';
import type { Check, Problem } from '../problem';
import { textsOfCode, textsOfPage } from './texts';

/** The table itself, and the tests that quote it. */
const quoting = ['docs/.site/checks/phrases.ts', 'test/docs/checks-prose.test.ts'];

/** White space within a sentence: no blank line. */
const gap = String.raw`(?:[^\S\n]+|[^\S\n]*\n[^\S\n]*)`;

const patterns = phrases.map((entry) => ({
  ...entry,
  pattern: new RegExp(`(?<![\\w'-])(?:${entry.phrase.replaceAll(' ', gap)})(?![\\w-])`, 'giu'),
}));

/** Finds phrases of the table in prose, messages, comments and names of tests. */
export const prose: Check = {
  name: 'prose',
  run: (): Promise<Problem[]> => {
    const files = [...pages(), ...sources()].filter((file) => !quoting.includes(file));
    return Promise.resolve(
      files.flatMap((file) => proseProblems(file, readFileSync(join(root, file), 'utf8'))),
    );
  },
};

/** The problems of one file's text; the name's ending says how it is read. */
export function proseProblems(file: string, text: string): Problem[] {
  const texts = file.endsWith('.md') ? textsOfPage(text) : textsOfCode(text);
  return texts
    .flatMap(({ kind, start, prose }) =>
      patterns
        .filter(({ only }) => only === undefined || only === kind)
        .flatMap(({ pattern, write }) =>
          [...prose.matchAll(pattern)].map((match) => ({
            file,
            line: text.slice(0, start + match.index).split('\n').length,
            message: `"${match[0].trim().replace(/\s+/g, ' ')}" is not our English. Write: ${write}.`,
          })),
        ),
    )
    .sort((a, b) => a.line - b.line);
}
