import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { outputOf } from './run-quietly';

const root = resolve(__dirname, '..');

/** What a user's own project brings: the compiler, in this repository's versions. */
const companions = ['typescript', 'ts-node', '@types/node'];

/** Builds and packs Fulgur; returns the tarball, which lies in `folder`. */
export async function packFulgur(folder: string): Promise<string> {
  await outputOf('npm', ['run', 'build'], root);
  const output = await outputOf('npm', ['pack', '--json', '--pack-destination', folder], root);
  const [{ filename }] = JSON.parse(output.slice(output.indexOf('['))) as [{ filename: string }];
  return join(folder, filename);
}

/** An empty project in a new folder into which Fulgur was installed as a user does it: without any flag. */
export async function makeProject(
  folder: string,
  tarball: string,
  npm: readonly string[] = ['npm'],
  variables: NodeJS.ProcessEnv = {},
): Promise<string> {
  mkdirSync(folder);
  const [program = 'npm', ...first] = npm;
  await outputOf(program, [...first, 'init', '-y'], folder, variables);
  return outputOf(program, [...first, 'install', tarball], folder, variables);
}

/** Adds the compiler to a project. */
export async function addCompiler(
  folder: string,
  npm: readonly string[] = ['npm'],
  variables: NodeJS.ProcessEnv = {},
): Promise<void> {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
  };
  const [program = 'npm', ...first] = npm;
  const packages = companions.map((name) => `${name}@${devDependencies[name] ?? 'latest'}`);
  await outputOf(program, [...first, 'install', '--save-dev', ...packages], folder, variables);
}

/** Puts an experiment, its photos and the `tsconfig.json` that docs/install.md gives into a project. */
export async function addExperiment(folder: string): Promise<void> {
  cpSync(join(root, 'test/package/project'), folder, { recursive: true });
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(documentedConfig()));
  await makePhotos(folder);
}

/** The configuration that docs/install.md gives. */
export function documentedConfig(): { compilerOptions: Record<string, unknown> } {
  const text = readFileSync(join(root, 'docs/install.md'), 'utf8');
  const [, block = ''] = /```json\n([^`]*)```/.exec(text) ?? [];
  return JSON.parse(block) as { compilerOptions: Record<string, unknown> };
}

/** 24 photos, each of a colour of its own, and a list of them in which every third one has no label. */
async function makePhotos(folder: string): Promise<void> {
  const rows: string[] = [];
  for (const name of ['cats', 'dogs']) mkdirSync(join(folder, 'photos', name), { recursive: true });
  for (let index = 0; index < 24; index++) {
    const background = { r: index * 10, g: 255 - index * 10, b: (index * 67) % 256 };
    const label = index % 2 === 0 ? 'cats' : 'dogs';
    const path = join('photos', label, `${index}.png`);
    await sharp({ create: { width: 40, height: 36, channels: 3, background } })
      .png()
      .toFile(join(folder, path));
    rows.push(index % 3 === 0 ? path : `${path},${label}`);
  }
  writeFileSync(join(folder, 'photos.csv'), `${rows.join('\n')}\n`);
}
