import { Command } from 'commander';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import { listed } from '../config';
import { reportError } from '../run';
import { plainCommand, writeLines } from '../system';
import { ownPackage } from './own-package';

/** The files of a new project and their names in this package, since npm treats some names specially. */
const files = {
  'package.json': 'package.template.json',
  'tsconfig.json': 'tsconfig.template.json',
  '.gitignore': 'gitignore',
  'README.md': 'README.md',
  'digits.ts': 'digits.ts',
  'digits.test.ts': 'digits-test.ts',
} as const;

const template = join(__dirname, 'template');

/** `fulgur init <folder>`: creates a project with one experiment and its test. */
export async function init(words: readonly string[]): Promise<void> {
  const command = plainCommand(new Command('fulgur init'))
    .description('Creates a project with one experiment and its test.')
    .argument('<folder>', 'a new folder, or an empty one')
    .action(async (folder: string) => {
      try {
        await makeProject(folder);
        writeLines(process.stdout, nextSteps(folder));
      } catch (error) {
        reportError(error);
      }
    });
  await command.parseAsync(words, { from: 'user' });
}

/**
 * Creates the project beside its target and moves it there complete.
 *
 * @throws FulgurError `config` for a folder that is not empty or cannot be created.
 */
export async function makeProject(folder: string): Promise<void> {
  const target = resolve(folder);
  const isThere = await requireEmpty(folder, target);
  const partial = join(dirname(target), `.${basename(target)}.partial-${process.pid}`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(partial);
    for (const [name, source] of Object.entries(files)) {
      const text = await readFile(join(template, source), 'utf8');
      await writeFile(join(partial, name), name === 'package.json' ? manifest(text, target) : text);
    }
    if (isThere) for (const name of Object.keys(files)) await rename(join(partial, name), join(target, name));
    else await rename(partial, target);
  } catch (cause) {
    throw new FulgurError('config', {
      what: `The project ${folder} cannot be created: ${messageOf(cause)}.`,
      fix: 'Name a folder that you can write to.',
      cause,
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Whether the folder already exists, in which case it must be empty. */
async function requireEmpty(folder: string, target: string): Promise<boolean> {
  let found: string[];
  try {
    found = await readdir(target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new FulgurError('config', {
      what: `No project can be made at ${folder}: ${messageOf(cause)}.`,
      fix: 'Name a folder that does not exist yet.',
      cause,
    });
  }
  if (found.length === 0) return true;
  const shown = found.length > 3 ? [...found.slice(0, 3), `${found.length - 3} more`] : found;
  throw new FulgurError('config', {
    what: `The folder ${folder} is not empty: it contains ${listed(shown)}.`,
    why: "'fulgur init' does not overwrite files.",
    fix: 'Name a folder that does not exist yet.',
  });
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Returns the project's package.json, with this Fulgur and the compilers it is tested with. */
function manifest(text: string, target: string): string {
  const { dependencies, devDependencies, ...others } = JSON.parse(text) as Manifest;
  const { source, tools } = ownPackage();
  const compilers = Object.keys(devDependencies).map((name) => [name, tools[name] ?? '*'] as const);
  const own = {
    ...others,
    name: packageName(target, [...Object.keys(dependencies), ...Object.keys(devDependencies)]),
    dependencies: { ...dependencies, fulgur: source },
    devDependencies: Object.fromEntries(compilers),
  };
  return `${JSON.stringify(own, null, 2)}\n`;
}

/** Returns the folder's name in a form that npm allows; a package cannot depend on one with its own name. */
function packageName(target: string, taken: readonly string[]): string {
  const name = basename(target)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '');
  if (name === '') return 'my-experiments';
  return taken.includes(name) ? `my-${name}` : name;
}

function nextSteps(folder: string): string[] {
  const quoted = /^[\w./~-]+$/.test(folder) ? folder : `'${folder.replaceAll("'", "'\\''")}'`;
  return [
    `Created the project ${folder}. Next:`,
    '',
    ...(resolve(folder) === process.cwd() ? [] : [`  cd ${quoted}`]),
    '  npm install',
    '  npm run train    # on the embedded digits; the first run downloads the libraries of TensorFlow',
    '  npm test',
  ];
}
