import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { compileTexts } from '../types/compile-texts';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'docs/writing-plugins.md'), 'utf8');

/** The page's files: those of its code blocks that begin with a path. */
const files = new Map(
  [...page.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```$/gm)].map(([, path = '', text = '']) => [
    join(root, path),
    text,
  ]),
);

const packages = createRequire(__filename);
const loaded = new Map<string, unknown>();

/** Runs a file of the page as if it lay at its path; what it imports are files of the page, or of the project. */
function load(path: string): unknown {
  const text = files.get(path);
  if (text === undefined) return jest.requireActual(path);
  if (loaded.has(path)) return loaded.get(path);
  const module = { exports: {} };
  loaded.set(path, module.exports);
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    useDefineForClassFields: false,
    esModuleInterop: true,
  };
  const { outputText } = ts.transpileModule(text, { compilerOptions, fileName: path });
  const importFrom = (specifier: string): unknown => {
    if (!specifier.startsWith('.')) return packages(specifier) as unknown;
    const target = resolve(dirname(path), specifier);
    return load(files.has(join(target, 'index.ts')) ? join(target, 'index.ts') : target);
  };
  // The page's own code is what is tested.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  new Function('require', 'exports', 'module', outputText)(importFrom, module.exports, module);
  return module.exports;
}

it('the page has four plugins, each with its test', () => {
  expect([...files.keys()].map((path) => path.slice(root.length + 1))).toEqual([
    'plugins/slow-batches/index.ts',
    'test/plugins/slow-batches/slow-batches.test.ts',
    'plugins/long-table/index.ts',
    'test/plugins/long-table/long-table.test.ts',
    'plugins/records/index.ts',
    'test/plugins/records/records.test.ts',
    'plugins/gradient-centralization/index.ts',
    'test/plugins/gradient-centralization/gradient-centralization.test.ts',
  ]);
});

it('its code fits the types of the project', () => {
  // Texts are compiled in one folder: plugins become neighbours, and the project two folders up.
  const texts = [...files].map(([path, text]) => {
    const name = path
      .slice(root.length + 1)
      .replace(/\.ts$/, '')
      .replaceAll('/', '__');
    const moved = text
      .replaceAll(/'(?:\.\.\/)+src'/g, "'../../src'")
      .replaceAll(/'(?:\.\.\/)+plugins\/([\w-]+)'/g, "'./plugins__$1__index'");
    return [name, moved] as const;
  });
  const verdicts = compileTexts(Object.fromEntries(texts));
  expect(verdicts).toEqual(Object.fromEntries(texts.map(([name]) => [name, []])));
});

describe('the tests that it shows', () => {
  for (const path of files.keys()) if (path.endsWith('.test.ts')) load(path);
});
