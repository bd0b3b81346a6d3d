import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import type { Block } from './blocks';
import { root } from './files';

/** The code of a block as the type checker gets it. */
export interface Module {
  /** Relative to the repository's root; nothing lies there on disk. */
  readonly path: string;
  readonly page: string;
  readonly text: string;
  /** The line of the page for each line of `text`. */
  readonly lines: readonly number[];
  /** A part of the error that the block must give; `null` where it must compile. */
  readonly error: string | null;
}

/** The module that exports a name, as `fulgur` or as a path relative to the root. */
export type Origins = ReadonlyMap<string, string>;

/** What stands around the code of a fragment; `ts fragment=NAME` on the fence names it. */
const fragments: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['options', ['export const options: Partial<ExperimentDefinition> = {', '};']],
  ['members', ['export abstract class Members extends Fragment {', '}']],
]);

/**
 * The modules of a page's TypeScript blocks.
 *
 * A block may use what earlier blocks of the page declare and what the page's prelude exports; one without an `import` may
 * also use what Fulgur exports. A block with a title (`ts [b.ts]`), or that begins with `// b.ts`, can be imported by the
 * page's other blocks as `./b`; one that begins with `// a/b.ts` is the module of that path, relative to the root.
 */
export function modulesOf(blocks: readonly Block[], origins: Origins): Module[] {
  const known = new Map(origins);
  const files = new Map<string, string>();
  let version = 0;
  return blocks.flatMap((block) => {
    const [before, after] = fragments.get(/fragment=(\w+)/.exec(block.info)?.[1] ?? '') ?? ['', ''];
    const source = parse(`${before}${block.code}${after}`);
    const name = nameOf(block, source);
    const folder = (): string => `docs/.blocks/${block.file.replace(/\W+/g, '-')}/${version}`;
    const copies: Module[] = [];
    const copy = (file: string, text: string): unknown => copies.push(copyOf(`${folder()}/${file}`, text));
    // A file that is written again gets a folder of its own, with the current state of all others.
    if (files.has(name)) {
      version += 1;
      for (const [file, text] of files) if (file !== name) copy(file, text);
    }
    for (const file of templateFiles.filter(
      (file) => !files.has(file) && source.text.includes(`'./${file.slice(0, -3)}'`),
    )) {
      files.set(file, readFileSync(join(root, 'src/cli/template', file), 'utf8'));
      copy(file, files.get(file) ?? '');
    }
    const path = name.includes('/') && !block.info.includes('[') ? name : `${folder()}/${name}`;
    if (!name.startsWith('line-')) files.set(name, block.code);

    const declared = source.statements.flatMap(declarationsOf);
    const head = importsOf(source, declared, known, path);
    const hidden = declared.filter(({ isExported }) => !isExported).map(({ name }) => name);
    for (const { name } of declared) known.set(name, path);
    const code = block.code.split('\n');
    const module = {
      path,
      page: block.file,
      text: [`${head}${before}`, ...code, `${after} export { ${hidden.join(', ')} };`].join('\n'),
      lines: [block.line, ...code.map((_, index) => block.line + index), block.line + code.length - 1],
      error: /error="([^"]+)"/.exec(block.info)?.[1] ?? null,
    };
    return [...copies, module];
  });
}

/** Files of a project that `fulgur init` makes. */
const templateFiles = ['digits.ts'];

/** A file as another block sees it; its problems are those of the block that it is a copy of. */
function copyOf(path: string, text: string): Module {
  return { path, page: '', text, lines: [], error: null };
}

/** The kinds of fragments, and what a fence names that is none of them; `null` where all is well. */
export function problemOfInfo({ info, language }: Block): string | null {
  const kind = /fragment=(\w+)/.exec(info)?.[1];
  if (language !== 'ts' || kind === undefined || fragments.has(kind)) return null;
  return `Unknown fragment '${kind}'. Use one of: ${[...fragments.keys()].join(', ')}.`;
}

function parse(code: string): ts.SourceFile {
  return ts.createSourceFile('block.ts', code, ts.ScriptTarget.Latest, true);
}

/** The file name that a block has by its title or its first line; else one by its place. */
function nameOf({ info, line, code }: Block, source: ts.SourceFile): string {
  const name = /\[([\w./-]+\.ts)\]/.exec(info)?.[1] ?? /^\/\/ ([\w./-]+\.ts)(?:\n|$)/.exec(code)?.[1];
  return name ?? `line-${line}.${needsModule(source) ? 'mts' : 'ts'}`;
}

/** Whether code is an ES module by what it uses: `await` outside of functions, or `import.meta`. */
function needsModule(node: ts.Node): boolean {
  if (ts.isAwaitExpression(node) || ts.isMetaProperty(node)) return true;
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return true;
  return (
    ts.forEachChild(node, (child) => (!ts.isFunctionLike(child) && needsModule(child) ? true : undefined)) ??
    false
  );
}

interface Declared {
  readonly name: string;
  readonly isExported: boolean;
}

function declarationsOf(statement: ts.Statement): Declared[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  const names = (binding: ts.BindingName): string[] =>
    ts.isIdentifier(binding)
      ? [binding.text]
      : binding.elements.flatMap((element) => (ts.isBindingElement(element) ? names(element.name) : []));
  if (ts.isVariableStatement(statement)) {
    const all = statement.declarationList.declarations.flatMap(({ name }) => names(name));
    return all.map((name) => ({ name, isExported }));
  }
  const isNamed =
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement);
  return isNamed && statement.name !== undefined ? [{ name: statement.name.text, isExported }] : [];
}

/** Imports of what code uses and does not declare; none from Fulgur where the code has imports of its own. */
function importsOf(
  source: ts.SourceFile,
  declared: readonly Declared[],
  known: Origins,
  path: string,
): string {
  const imports = source.statements.filter(ts.isImportDeclaration);
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  source.statements.filter((statement) => !ts.isImportDeclaration(statement)).forEach(visit);
  for (const { name } of declared) used.delete(name);
  for (const { importClause } of imports) {
    const bindings = importClause?.namedBindings;
    if (importClause?.name !== undefined) used.delete(importClause.name.text);
    if (bindings !== undefined && ts.isNamespaceImport(bindings)) used.delete(bindings.name.text);
    if (bindings !== undefined && ts.isNamedImports(bindings))
      bindings.elements.forEach(({ name }) => used.delete(name.text));
  }
  return [...used]
    .flatMap((name) => {
      const from = known.get(name);
      const isNeeded = from !== undefined && (imports.length === 0 || isFile(from));
      return isNeeded ? [`import { ${name} } from '${specifier(from, path)}'; `] : [];
    })
    .join('');
}

/** Whether a module is a prelude or a block; else it is one of Fulgur's by its public name. */
function isFile(module: string): boolean {
  return /\.m?ts$/.test(module);
}

function specifier(from: string, path: string): string {
  if (!isFile(from)) return from;
  const relative = posix.relative(posix.dirname(path), from).replace(/ts$/, 'js');
  return relative.startsWith('.') ? relative : `./${relative}`;
}
