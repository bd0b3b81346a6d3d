import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Check, Problem } from '../problem';
import { filesIn, root } from './files';

const index = 'docs/adr/index.md';

/** Checks that every decision has the same form, and that the index lists all of them. */
export const decisions: Check = {
  name: 'decisions',
  run: () => {
    const read = (file: string): string => readFileSync(join(root, file), 'utf8');
    const files = filesIn(['docs/adr'], '.md').filter((file) => file !== index);
    return Promise.resolve(
      decisionProblems(
        files.map((file) => [file, read(file)]),
        read(index),
      ),
    );
  },
};

/** @param pages the decisions, by their files. */
export function decisionProblems(pages: readonly (readonly [string, string])[], list: string): Problem[] {
  const listed = list.split('\n').filter((line) => line.startsWith('- ['));
  const wanted = pages.map(([file, text]) => `- [${text.split('\n')[0]?.slice(2) ?? ''}](${basename(file)})`);
  const missing = wanted.filter((line) => !listed.includes(line)).map((line) => `Add the line: ${line}`);
  const stale = listed.filter((line) => !wanted.includes(line)).map((line) => `Delete the line: ${line}`);
  return [
    ...pages.flatMap(([file, text]) => formProblems(file, text)),
    ...[...missing, ...stale].map((message) => ({ file: index, line: 0, message })),
  ];
}

function formProblems(file: string, text: string): Problem[] {
  const lines = text.split('\n');
  const number = String(Number(basename(file).slice(0, 4)));
  const sections = lines.filter((line) => line.startsWith('## ')).map((line) => line.slice(3));
  const problem = (line: number, message: string): Problem[] => [{ file, line, message }];
  return [
    ...(lines[0]?.startsWith(`# ${number}. `) === true
      ? []
      : problem(1, `The title must begin with '# ${number}. '.`)),
    ...(/^Status: (accepted|rejected|replaced)/.test(lines[2] ?? '')
      ? []
      : problem(3, "The third line must be 'Status: accepted.', or rejected, or replaced.")),
    ...(/^Context,Decision,(Alternatives,)?Consequences$/.test(sections.join())
      ? []
      : problem(
          0,
          `The sections must be Context, Decision, Alternatives if there are any, Consequences, but are: ${sections.join(', ')}.`,
        )),
  ];
}
