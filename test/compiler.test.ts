import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface Compiled {
  readonly outputText: string;
  readonly sourceMapText: string;
}

interface Compiler {
  transpile(text: string, options: { readonly fileName: string }): Compiled;
}

const root = resolve(__dirname, '..');
const { create } = jest.requireActual<{ create: (options: object) => Compiler }>('../compiler.cjs');
const folder = mkdtempSync(join(tmpdir(), 'fulgur-compiled-'));
const given = process.env['FULGUR_COMPILED'];

beforeAll(() => {
  process.env['FULGUR_COMPILED'] = folder;
});

afterAll(() => {
  process.env['FULGUR_COMPILED'] = given;
  rmSync(folder, { recursive: true });
});

function compilerFor(target: number, configFilePath = '/a/tsconfig.json'): Compiler {
  const decorators = { experimentalDecorators: true, useDefineForClassFields: false };
  const options = { ...decorators, sourceMap: true, target, configFilePath };
  return create({
    service: { config: { options }, cwd: root },
    transpilerConfigLocalResolveHelper: (name: string) => require.resolve(name),
    nodeModuleEmitKind: 'nodecjs',
  });
}

const es5 = 1;
const es2022 = 9;

it('keeps what a file compiles to, and compiles it again where its path, its text or a setting is another', () => {
  const first = compilerFor(es2022).transpile('export const a: number = 1;', { fileName: 'a.ts' });
  expect(first.outputText).toContain('const a = 1;');
  expect(compilerFor(es2022).transpile('export const a: number = 1;', { fileName: 'a.ts' })).toEqual(first);
  expect(readdirSync(folder)).toHaveLength(1);
  const text = compilerFor(es2022).transpile('export const a: number = 2;', { fileName: 'a.ts' });
  expect(text.outputText).toContain('const a = 2;');
  const setting = compilerFor(es5).transpile('export const a: number = 1;', { fileName: 'a.ts' });
  expect(setting.outputText).toContain('var a = 1;');
  const path = compilerFor(es2022).transpile('export const a: number = 1;', { fileName: 'b.ts' });
  expect(JSON.parse(path.sourceMapText)).toMatchObject({ sources: ['b.ts'] });
  expect(readdirSync(folder)).toHaveLength(4);
  const elsewhere = compilerFor(es2022, '/b/tsconfig.json');
  expect(elsewhere.transpile('export const a: number = 1;', { fileName: 'a.ts' })).toEqual(first);
  expect(readdirSync(folder)).toHaveLength(4);
  expect(readdirSync(folder).every((name) => name.endsWith('.json'))).toBe(true);
});
