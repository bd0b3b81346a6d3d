import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { exportedNames, pluginFolders, referenceProblems } from '../../../docs/.site/checks/reference';

const root = join(__dirname, '../../..');

describe('the check of the reference', () => {
  const out = mkdtempSync(join(tmpdir(), 'fulgur-reference-'));
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  const rooms = ['src/index.ts', 'src/contracts/index.ts', 'src/plugin-kit/index.ts'];
  const exported = rooms.flatMap(exportedNames);
  const sections = (names: readonly string[]): string =>
    names.map((name) => `## ${name} {#${name}}\n`).join('\n');
  const write = (page: string, text: string): void => {
    mkdirSync(dirname(join(out, page)), { recursive: true });
    writeFileSync(join(out, page), text);
  };

  it('finds nothing in a reference with every page and section', () => {
    write('api/all.md', sections(exported));
    for (const name of ['nn', 'optim', 'losses', 'views', 'schedules']) write(`api/${name}/index.md`, '');
    for (const name of pluginFolders())
      write(`plugins/${name}.md`, sections(exportedNames(`plugins/${name}/index.ts`)));
    expect(exported.length).toBeGreaterThan(200);
    expect(pluginFolders().length).toBeGreaterThan(20);
    expect(referenceProblems(out)).toEqual([]);
  });

  it('finds an export without a section, and a plugin or namespace without a page', () => {
    write('api/all.md', sections(exported.filter((name) => name !== 'TrainingModule')));
    rmSync(join(out, 'api/nn/index.md'));
    rmSync(join(out, 'plugins/timer.md'));
    expect(referenceProblems(out).map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([
      'src/index.ts:0: The export TrainingModule has no section in the reference.',
      'docs/reference/api/nn/index.md:0: The page does not exist.',
      'docs/reference/plugins/timer.md:0: The page does not exist.',
      ...exportedNames('plugins/timer/index.ts').map(
        (name) => `plugins/timer/index.ts:0: The export ${name} has no section in the reference.`,
      ),
    ]);
  });
});

describe('the reference', () => {
  let complaints: string[] = [];

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(root, 'node_modules/ts-node/dist/bin.js'), join(__dirname, 'complaints.ts')],
      { cwd: root },
    );
    complaints = JSON.parse(stdout) as string[];
  }, 600_000);

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
