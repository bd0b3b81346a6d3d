import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check, Problem } from '../problem';
import { blocksOf } from './blocks';
import { filesIn, pages, root } from './files';
import { programProblem } from './programs';

/** A command as a page or the head of a file writes it. */
interface Written {
  readonly line: number;
  readonly text: string;
}

/** Checks that the commands in pages and in the heads of files exist, and that they know their options. */
export const commands: Check = {
  name: 'commands',
  run: () => {
    const files = [...pages(), ...filesIn(['experiments', 'bench'], '.ts')];
    return Promise.resolve(
      files.flatMap((file) => commandProblems(file, readFileSync(join(root, file), 'utf8'))),
    );
  },
};

export function commandProblems(file: string, text: string): Problem[] {
  const written = file.endsWith('.md') ? commandsOfPage(file, text) : commandsOfHead(text);
  // Tutorials have files of their own, and their tests run every command.
  const isRun = file.startsWith('docs/tutorials/');
  return written.flatMap(({ line, text }) =>
    wordsOf(text).flatMap((words) => {
      const message = problemOf(words, isRun);
      return message === null ? [] : [{ file, line, message: `${words.join(' ')}: ${message}` }];
    }),
  );
}

/** Those of shell blocks, and code in backticks that begins as one. */
function commandsOfPage(file: string, page: string): Written[] {
  const blocks = blocksOf(file, page).filter(({ language }) => language === 'bash' || language === 'sh');
  const inBlocks = blocks.flatMap(({ line, code }) => {
    const found: Written[] = [];
    let open = '';
    code.split('\n').forEach((text, index) => {
      const whole = open + text;
      open = whole.endsWith('\\') ? whole.slice(0, -1) : '';
      if (open === '') found.push({ line: line + index, text: whole });
    });
    return found;
  });
  const inText = page.split('\n').flatMap((text, index) => inBackticks(text, index + 1));
  return [...inBlocks, ...inText].sort((a, b) => a.line - b.line);
}

/** Those in the comment that a file begins with. */
function commandsOfHead(code: string): Written[] {
  const head = /^(?:#!.*\n)?\/\*\*[\s\S]*?\*\//.exec(code)?.[0] ?? '';
  return head.split('\n').flatMap((text, index) => {
    const example = /^ \* {3,}((?:npx|npm|bash) .*)$/.exec(text)?.[1];
    return example === undefined ? inBackticks(text, index + 1) : [{ line: index + 1, text: example }];
  });
}

function inBackticks(text: string, line: number): Written[] {
  return [...text.matchAll(/(?<!`)`((?:npx|npm run|bash) [^`]+)`/g)].map(([, command = '']) => ({
    line,
    text: command,
  }));
}

/** The simple commands of a line, each from `npx`, `npm` or `bash` on; brackets around what may be left out are dropped. */
function wordsOf(text: string): string[][] {
  const quoted = /"[^"]*"|'[^']*'/g;
  const kept: string[] = [];
  const plain = text.replace(quoted, (part) => `\u2402${kept.push(part.slice(1, -1)) - 1}\u2402`);
  const parts = plain.replace(/(^|\s)#.*$/, '').split(/&&|\|\||[|;>]|\s{2,}\(/);
  return parts.flatMap((part) => {
    const words = part
      .replace(/[[\]]|\.\.\./g, ' ')
      .trim()
      .split(/\s+/);
    const start = words.findIndex((word) => ['npx', 'npm', 'bash'].includes(word));
    if (start < 0) return [];
    return [
      words
        .slice(start)
        .map((word) => word.replace(/\u2402(\d+)\u2402/g, (_, at: string) => kept[Number(at)] ?? '')),
    ];
  });
}

/** @param isRun whether a test runs the page's commands. */
function problemOf([program = '', first = '', ...rest]: readonly string[], isRun: boolean): string | null {
  if (program === 'bash') return isRun || existsSync(join(root, first)) ? null : `${first} does not exist.`;
  if (program === 'npm') return first === 'run' ? scriptProblem(rest[0] ?? '') : null;
  if (first !== 'fulgur' && first !== 'ts-node') return null;
  if (first === 'ts-node' && isRun && !/^(experiments|bench)\//.test(rest[0] ?? '')) return null;
  return programProblem(first, rest);
}

/** A script is one of this package, or one of a project that `fulgur init` makes. */
function scriptProblem(name: string): string | null {
  const scripts = ['package.json', 'src/cli/template/package.template.json'].flatMap((file) => {
    const { scripts = {} } = JSON.parse(readFileSync(join(root, file), 'utf8')) as {
      scripts?: Record<string, string>;
    };
    return Object.keys(scripts);
  });
  return scripts.includes(name)
    ? null
    : `Unknown script '${name}'. Use one of: ${[...new Set(scripts)].join(', ')}.`;
}
