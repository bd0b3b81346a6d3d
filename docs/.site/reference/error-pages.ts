import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { FulgurError, errorKinds } from '../../../src';
import type { ErrorKind } from '../../../src';
import { exitCodes } from '../../../src/run/interruption';
import { exitCodeOf } from '../../../src/run/messages';
import { root } from '../paths';
import type { Pages } from './api-pages';
import { errorExamples } from './error-examples';
import type { ErrorExample } from './error-examples';
import { block, code, page, paragraphs, table } from './markdown';
import type { Place, Places } from './places';

/** Every kind of error: what it is about, exit status, who throws it, and what examples of it say. */
export async function errorPages(places: Places): Promise<Pages> {
  const sections: string[] = [];
  const sources = exampleSources();
  for (const kind of Object.keys(errorExamples) as ErrorKind[]) {
    sections.push(await kindSection(kind, sources, places));
  }
  return new Map([
    [
      'errors',
      page(
        'Errors',
        'Every error that Fulgur raises on purpose is a [`FulgurError`](./api/errors/fulgur-error.md#FulgurError): its `kind` is stable, for programs; its message says what happened, why, and what to do about it. The messages below are those that the code gave when this page was built.',
        ...sections,
        '## Exit status',
        'An experiment and the command `fulgur` end with status 0 when all went well, with 2 for a wrong command line, option or configuration, and with 1 for every other error. A run that a signal ends has the status that shells give:',
        table(
          ['Signal', 'Status'],
          Object.entries(exitCodes).map(([signal, status]) => [code(signal), String(status)]),
        ),
      ).replace('---\n', '---\npageClass: errors\n'),
    ],
  ]);
}

/** The section of a kind. Its examples fail on purpose; one that gives an error of another kind, or none, fails the build. */
export async function kindSection(
  kind: ErrorKind,
  sources: ReadonlyMap<string, string>,
  places: Pick<Places, 'all' | 'link'>,
  examples: readonly ErrorExample[] = errorExamples[kind],
): Promise<string> {
  const parts: string[] = [];
  let status = '1';
  for (const example of examples) {
    const error = await errorOf(kind, example);
    status = kind === 'interrupted' ? 'that of the signal' : String(exitCodeOf(error));
    parts.push(
      `**${example.title}**`,
      block(sources.get(example.title) ?? ''),
      block(error.message.replaceAll(root, '/project'), 'text'),
    );
  }
  const throwers = places.all.filter((place) => throwsKind(place, kind));
  const links = throwers.map((place) => `[${code(place.name)}](${places.link(place, 'errors')})`);
  return paragraphs(
    `## ${kind} {#${kind}}`,
    `About ${errorKinds[kind]}. Exit status: ${status}.`,
    ...parts,
    links.length === 0 ? '' : `Thrown by ${links.join(', ')}.`,
  );
}

/** Makes an example fail. */
async function errorOf(kind: ErrorKind, { title, fail }: ErrorExample): Promise<FulgurError> {
  let got: unknown;
  try {
    got = await fail();
  } catch (error) {
    got = error;
  }
  if (got instanceof FulgurError && got.kind === kind) return got;
  throw new Error(`The example '${title}' of the errors of kind '${kind}' gave: ${String(got)}`);
}

/** Whether an export, or a member of it, says that it throws errors of a kind. */
function throwsKind({ reflection }: Place, kind: ErrorKind): boolean {
  const members = [reflection, ...(reflection.children ?? [])];
  const comments = members.flatMap(({ comment, signatures = [] }) => [
    comment,
    ...signatures.map((signature) => signature.comment),
  ]);
  return comments.some((comment) =>
    (comment?.getTags('@throws') ?? []).some(({ content }) =>
      content.some(({ text }) => text === `\`${kind}\``),
    ),
  );
}

/** What each example does, as its source has it, by title. */
function exampleSources(): Map<string, string> {
  const path = join(__dirname, 'error-examples.ts');
  const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    if (ts.isObjectLiteralExpression(node)) {
      const [title, fail] = ['title', 'fail'].map((name) =>
        node.properties.find((property) => property.name?.getText() === name),
      );
      if (
        title !== undefined &&
        fail !== undefined &&
        ts.isPropertyAssignment(title) &&
        ts.isPropertyAssignment(fail)
      ) {
        const { initializer } = fail;
        if (ts.isStringLiteral(title.initializer) && ts.isArrowFunction(initializer)) {
          found.set(title.initializer.text, bodyOf(initializer, file));
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function bodyOf({ body }: ts.ArrowFunction, file: ts.SourceFile): string {
  if (!ts.isBlock(body)) return `${body.getText(file)};`;
  const lines = body.statements.map((statement) => statement.getText(file));
  return lines.join('\n');
}
