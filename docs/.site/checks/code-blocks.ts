import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { blocksOf } from './blocks';
import type { Block } from './blocks';
import { Compiler } from './compile';
import { filesIn, pages, root } from './files';
import { modulesOf, problemOfInfo } from './modules';
import type { Origins } from './modules';
import type { Check, Problem } from '../problem';

/** Modules with what blocks use and do not declare: one for all pages, and one for each page that needs it. */
const preludeFolder = 'docs/.site/checks/preludes';

/** A page and its text. */
export type Page = readonly [file: string, text: string];

/** Type-checks the TypeScript blocks of all pages, and parses those of other languages. */
export const codeBlocks: Check = {
  name: 'code',
  run: (): Promise<Problem[]> =>
    Promise.resolve(codeProblems(pages().map((file) => [file, readFileSync(join(root, file), 'utf8')]))),
};

export function codeProblems(all: readonly Page[], compiler = new Compiler()): Problem[] {
  const blocks = all.map(([file, text]) => blocksOf(file, text));
  return [...blocks.flat().flatMap(parseProblems), ...typeProblems(blocks, compiler)];
}

/** @param pages the blocks of each page; those of one page may build on one another. */
function typeProblems(pages: readonly (readonly Block[])[], compiler: Compiler): Problem[] {
  const originsOf = originsIn(compiler);
  const modules = pages.flatMap((blocks) => {
    const typed = blocks.filter(({ language }) => language === 'ts');
    return modulesOf(typed, originsOf(typed[0]?.file ?? ''));
  });
  const errors = compiler.errorsOf(modules);
  return modules.flatMap(({ path, page, lines, error }) => {
    if (lines.length === 0) return [];
    const found = errors.filter((one) => one.path === path);
    if (error === null)
      return found.map(({ line, message }) => ({ file: page, line: lines[line] ?? 1, message }));
    if (found.length > 0 && found.every(({ message }) => message.includes(error))) return [];
    const got = found.map(({ message }) => message).join(' ') || 'none';
    return [
      {
        file: page,
        line: lines[0] ?? 1,
        message: `The block must give the error "${error}", but gives: ${got}`,
      },
    ];
  });
}

/** Where the names come from that a page uses without an import: its prelude, the prelude of all pages, and Fulgur. */
function originsIn(compiler: Compiler): (page: string) => Origins {
  const plugins = filesIn(['plugins'], '/index.ts').filter((file) => file.split('/').length === 3);
  const preludes = filesIn([preludeFolder], '.ts');
  const exported = compiler.exportsOf(['src/index.ts', ...plugins, ...preludes]);
  const namesOf = (path: string, module: string): [string, string][] =>
    (exported.get(path) ?? []).map((name) => [name, module]);
  const common = [
    ...plugins.flatMap((file) => namesOf(file, `fulgur/${file.replace('/index.ts', '')}`)),
    ...namesOf('src/index.ts', 'fulgur'),
    ...namesOf(`${preludeFolder}/all.ts`, `${preludeFolder}/all.ts`),
  ];
  return (page) => {
    const prelude = `${preludeFolder}/${page.replace(/\.md$/, '').replaceAll('/', '-')}.ts`;
    return new Map([...common, ...namesOf(prelude, prelude)]);
  };
}

const parsers: Readonly<Record<string, (code: string) => string | null>> = {
  json: (code) => caught(() => JSON.parse(code)),
  yaml: (code) =>
    parseAllDocuments(code)
      .flatMap(({ errors }) => errors)
      .at(0)?.message ?? null,
  bash: shellProblem,
  sh: shellProblem,
  js: scriptProblem,
  mjs: scriptProblem,
  html: () => null,
  python: () => null,
  text: () => null,
  '': () => null,
  ts: () => null,
};

/** What keeps a block from being parsed; TypeScript's own errors are `typeProblems`. */
export function parseProblems(block: Block): Problem[] {
  const parse = parsers[block.language];
  const message =
    parse === undefined
      ? `Unknown language '${block.language}' of a block. Use one of: ${Object.keys(parsers).filter(Boolean).join(', ')}.`
      : (problemOfInfo(block) ?? parse(block.code));
  return message === null ? [] : [{ file: block.file, line: block.line, message }];
}

function caught(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function shellProblem(code: string): string | null {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: code, encoding: 'utf8' });
  return status === 0 ? null : stderr.trim();
}

function scriptProblem(code: string): string | null {
  const { diagnostics = [] } = ts.transpileModule(code, {
    reportDiagnostics: true,
    fileName: 'block.js',
    compilerOptions: { allowJs: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext },
  });
  const [first] = diagnostics;
  return first === undefined ? null : ts.flattenDiagnosticMessageText(first.messageText, ' ');
}
