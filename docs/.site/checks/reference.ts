import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { docs, root } from '../paths';
import type { Check, Problem } from '../problem';

const rooms = ['src/index.ts', 'src/contracts/index.ts', 'src/plugin-kit/index.ts'];
const namespaces = ['nn', 'optim', 'losses', 'views', 'schedules'];
/** Exports without a section: namespaces have an index, and zod is not ours. */
const others = ['views', 'schedules', 'ranks', 'z'];

/** Checks that the reference, as the site's check has generated it, has a section for every export. */
export const reference: Check = {
  name: 'reference',
  run: () => Promise.resolve(referenceProblems(join(docs, 'reference'))),
};

/** Returns what a folder of the reference's pages lacks. */
export function referenceProblems(folder: string): Problem[] {
  const anchors = anchorsIn(folder);
  const withoutSection = (file: string, part: string): Problem[] =>
    exportedNames(file)
      .filter((name) => !others.includes(name) && !anchors.has(`${part}: ${name}`))
      .map((name) => ({ file, line: 0, message: `The export ${name} has no section in the reference.` }));
  const withoutPage = (page: string): Problem[] =>
    existsSync(join(folder, page))
      ? []
      : [{ file: `docs/reference/${page}`, line: 0, message: 'The page does not exist.' }];
  return [
    ...rooms.flatMap((file) => withoutSection(file, 'api')),
    ...namespaces.flatMap((name) => withoutPage(`api/${name}/index.md`)),
    ...pluginFolders().flatMap((name) => [
      ...withoutPage(`plugins/${name}.md`),
      ...withoutSection(`plugins/${name}/index.ts`, 'plugins'),
    ]),
  ];
}

/** Folders of the plugins that ship. */
export function pluginFolders(): string[] {
  return readdirSync(join(root, 'plugins')).filter((name) =>
    existsSync(join(root, 'plugins', name, 'index.ts')),
  );
}

/** The sections, such as `api: Trainer`. */
function anchorsIn(folder: string): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  return new Set(
    pages.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      return [...text.matchAll(/^## .* \{#(\w+)\}$/gm)].map(
        ([, anchor = '']) => `${name.split('/')[0]}: ${anchor}`,
      );
    }),
  );
}

/** Returns the names that a module exports, types too, as its text has them. */
export function exportedNames(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(join(root, path), 'utf8'), ts.ScriptTarget.Latest);
  return file.statements.flatMap((statement): string[] => {
    if (ts.isExportDeclaration(statement)) {
      const { exportClause } = statement;
      return exportClause !== undefined && ts.isNamedExports(exportClause)
        ? exportClause.elements.map(({ name }) => name.text)
        : [];
    }
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true;
    if (!isExported) return [];
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) =>
        ts.isIdentifier(name) ? name.text : '',
      );
    }
    const { name } = statement as ts.DeclarationStatement;
    return name === undefined ? [] : [name.text];
  });
}
