import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import type * as esbuild from 'esbuild';
import type { Metafile, Plugin } from 'esbuild';

/** The platform on which a script runs: it may use only that platform's own objects. */
export type ScriptPlace = 'browser' | 'node';

/** A script bundled from its sources. */
export interface ScriptBundle {
  readonly code: string;
  /** Licences of the packages in it, as one text; empty if there are none. */
  readonly licences: string;
  /** The absolute paths of the files from which it was made. */
  readonly sources: readonly string[];
}

type Build = typeof esbuild.build;
const load = createRequire(__filename);

/**
 * Bundles a TypeScript file and everything that it imports into one script: a plain script for browsers, a CommonJS
 * module for Node.
 *
 * @throws Error that names what cannot be bundled, and where; if esbuild is not installed, as in the package, the error
 *   of its import.
 */
export async function bundleScript(entry: string, place: ScriptPlace): Promise<ScriptBundle> {
  const { build } = load('esbuild') as { readonly build: Build };
  const root = dirname(entry);
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    platform: place === 'browser' ? 'browser' : 'node',
    format: place === 'browser' ? 'iife' : 'cjs',
    target: place === 'browser' ? ['es2022'] : ['node20'],
    legalComments: 'none',
    // Installed with Fulgur; a second copy would not know the engine's tensors.
    external: place === 'browser' ? [] : ['@tensorflow/tfjs-core'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: place === 'browser' ? [withoutUnused] : [],
    logLevel: 'silent',
  });
  if (place === 'browser') requireNoImports(metafile);
  const sources = Object.keys(metafile.inputs).filter(isFile);
  const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((path) => isFile(path) && (inputs[path]?.bytesInOutput ?? 0) > 0),
  );
  return {
    code: outputFiles[0]?.text ?? '',
    licences: await licencesOf(used.map((path) => resolve(root, path))),
    sources: sources.map((path) => resolve(root, path)),
  };
}

/** Marks the empty modules that replace Node's modules in packages that do not need them in browsers. */
function isFile(path: string): boolean {
  return !path.startsWith('(disabled):');
}

/**
 * Fulgur's modules have no side effects: a module that a page imports through an index without using it is omitted,
 * along with the Node modules that it imports.
 */
const withoutUnused: Plugin = {
  name: 'without-unused',
  setup({ onResolve, resolve: find }) {
    onResolve({ filter: /^node:/ }, ({ path }) => ({ path, external: true, sideEffects: false }));
    onResolve({ filter: /^\.\.?(\/|$)/ }, async ({ path, importer, resolveDir, kind, pluginData }) => {
      if (pluginData === 'found' || importer.includes(`${sep}node_modules${sep}`)) return undefined;
      const found = await find(path, { importer, resolveDir, kind, pluginData: 'found' });
      return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, sideEffects: false };
    });
  },
};

function requireNoImports({ outputs }: Metafile): void {
  const left = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  if (left.length === 0) return;
  throw new Error(`a script for browsers needs Node's ${[...new Set(left)].join(', ')}`);
}

/** The licence of most packages that lack its text; the build already has the text. */
const apache = { name: 'Apache-2.0', path: '../../.packaging/apache-2.0.txt' };

/** Collects the licences of the packages of some files: the names of the packages, then each LICENSE and NOTICE once. */
async function licencesOf(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => packageFolder(file) ?? []));
  const users = new Map<string, string[]>();
  for (const folder of [...folders].sort()) {
    const { name, texts } = await licenceOf(folder);
    for (const text of texts) users.set(text, [...new Set([...(users.get(text) ?? []), name])]);
  }
  return [...users].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`).join('\n\n');
}

/** Returns the folder of the package to which a file belongs; `null` for Fulgur's own files. */
function packageFolder(file: string): string | null {
  const [, folder = null] = /^(.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+)[/\\]/.exec(file) ?? [];
  return folder;
}

async function licenceOf(folder: string): Promise<{ name: string; texts: string[] }> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license } = JSON.parse(manifest) as Record<'name' | 'version' | 'license', string>;
  const entries = await readdir(folder, { withFileTypes: true });
  const named = entries.filter((entry) => /^(licen[sc]es?|notice|copying)/i.test(entry.name));
  const files = await Promise.all(
    named.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? (await readdir(path)).map((file) => join(path, file)) : [path];
    }),
  );
  const paths = files.flat().sort();
  if (paths.length === 0 && license === apache.name) paths.push(resolve(__dirname, apache.path));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  if (texts.length === 0) texts.push(await licenceInReadme(folder));
  return { name: `${name} ${version} (${license})`, texts: texts.map((text) => text.trim()) };
}

/** Returns the end of a package's README, from the licence heading on. */
async function licenceInReadme(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '');
  const [found = null] = /^(#+ *)?licen[sc]e[^]*/im.exec(text) ?? [];
  if (found === null) throw new Error(`the package in ${folder} has no licence text`);
  return found;
}
