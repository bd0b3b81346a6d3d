import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = join(__dirname, '../../..');
const out = mkdtempSync(join(tmpdir(), 'fulgur-reference-'));
let complaints: string[] = [];
let anchors: ReadonlySet<string> = new Set();

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'node_modules/ts-node/dist/bin.js'), join(__dirname, 'generate.ts'), out],
    { cwd: root },
  );
  complaints = JSON.parse(stdout) as string[];
  const pages = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  );
  anchors = new Set(
    pages.flatMap((name) => {
      const text = readFileSync(join(out, name), 'utf8');
      return [...text.matchAll(/^## .* \{#(\w+)\}$/gm)].map(
        ([, anchor = '']) => `${name.split('/')[0]}: ${anchor}`,
      );
    }),
  );
}, 600_000);

afterAll(() => rmSync(out, { recursive: true, force: true }));

/** Names that a module exports, types too, as its text has them. */
function exportedNames(path: string): string[] {
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

describe('the reference of exports', () => {
  it('has a section for every name that the package exports', () => {
    // Namespaces have an index, and zod is not ours.
    const others = ['views', 'schedules', 'ranks', 'z'];
    const rooms = ['src/index.ts', 'src/contracts/index.ts', 'src/plugin-kit/index.ts'];
    const names = rooms.flatMap(exportedNames);
    const missing = names.filter((name) => !others.includes(name) && !anchors.has(`api: ${name}`));
    expect(names.length).toBeGreaterThan(200);
    expect(missing).toEqual([]);
  });

  it('has an index for every namespace', () => {
    const namespaces = ['nn', 'optim', 'losses', 'views', 'schedules'];
    expect(namespaces.filter((name) => !existsSync(join(out, 'api', name, 'index.md')))).toEqual([]);
  });

  it('has a page for every plugin, with every name that it exports', () => {
    const folders = readdirSync(join(root, 'plugins')).filter((name) =>
      existsSync(join(root, 'plugins', name, 'index.ts')),
    );
    const missing = folders.flatMap((folder) =>
      exportedNames(`plugins/${folder}/index.ts`).filter((name) => !anchors.has(`plugins: ${name}`)),
    );
    expect(folders.filter((folder) => !existsSync(join(out, 'plugins', `${folder}.md`)))).toEqual([]);
    expect(missing).toEqual([]);
  });

  it('is not built for an export without a docstring', () => {
    expect(complaints[0]).toBe(
      'These exports have no docstring:\n  silent (test/docs/reference/faults/silent.ts:4)',
    );
  });

  it('is not built for a link without a target, or a type that is not exported', () => {
    expect(complaints[1]).toBe(
      [
        'TypeDoc warns of the docstrings:',
        '  Hidden, defined in fulgur/test/docs/reference/faults/broken-link.ts, is referenced by broken.hidden but not included in the documentation',
        '  Failed to resolve link to "nowhere" in comment for broken',
      ].join('\n'),
    );
  });
});
