import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
