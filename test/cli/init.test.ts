import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeProject } from '../../src/cli/init';

const root = resolve(__dirname, '../..');
const files = ['.gitignore', 'README.md', 'digits.test.ts', 'digits.ts', 'package.json', 'tsconfig.json'];
let workplace: string;

beforeEach(() => {
  workplace = mkdtempSync(join(tmpdir(), 'fulgur-init-'));
});
afterEach(() => rmSync(workplace, { recursive: true, force: true }));

function readManifest(folder: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >;
}

describe('a new project', () => {
  it('has one experiment and its test, this Fulgur, and the compilers that Fulgur is tested with', async () => {
    const folder = join(workplace, 'deep', 'My Photos');
    await makeProject(folder);
    expect(readdirSync(folder).sort()).toEqual(files);
    const { devDependencies = {} } = readManifest(root);
    expect(readManifest(folder)).toMatchObject({
      name: 'my-photos',
      dependencies: { fulgur: `file:${root}` },
      devDependencies: {
        '@swc/core': devDependencies['@swc/core'],
        '@types/node': devDependencies['@types/node'],
        'ts-node': devDependencies['ts-node'],
        typescript: devDependencies['typescript'],
      },
    });
    expect(readdirSync(join(workplace, 'deep'))).toEqual(['My Photos']);
  });

  it('may fill an empty folder', async () => {
    const folder = join(workplace, 'empty');
    mkdirSync(folder);
    await makeProject(folder);
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(readdirSync(workplace)).toEqual(['empty']);
  });

  it.each([
    ['fulgur', 'my-fulgur'],
    ['typescript', 'my-typescript'],
    ['..."', 'my-experiments'],
  ])('is not called like a package that it needs, nor like none: %s', async (name, expected) => {
    await makeProject(join(workplace, name));
    expect(readManifest(join(workplace, name))['name']).toBe(expected);
  });
});

describe('a project in a folder that is not empty', () => {
  it('is rejected, and nothing is changed', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'package.json']) writeFileSync(join(workplace, name), 'mine');
    await expect(makeProject(workplace)).rejects.toThrow(
      new Error(
        `The folder ${workplace} is not empty: it contains a, b, c and 2 more. ` +
          "'fulgur init' does not overwrite files. Name a folder that does not exist yet.",
      ),
    );
    expect(readFileSync(join(workplace, 'package.json'), 'utf8')).toBe('mine');
    expect(readdirSync(workplace)).toHaveLength(5);
  });
});

describe('a project in a place that cannot be written', () => {
  it('is rejected, and nothing of it remains', async () => {
    const file = join(workplace, 'file');
    writeFileSync(file, '');
    await expect(makeProject(join(file, 'project'))).rejects.toMatchObject({
      message:
        `No project can be made at ${file}/project: ENOTDIR: not a directory, scandir '${file}/project'. ` +
        'Name a folder that does not exist yet.',
    });
    expect(readdirSync(workplace)).toEqual(['file']);
  });
});
