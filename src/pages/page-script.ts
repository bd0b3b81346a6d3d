import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import type { ScriptPlace } from './bundle';
import type * as charts from './node/charts';
import type * as graphModel from './node/graph-model';
import { keptBundle } from './kept-bundle';

/** The pages, each named after its file in `browser/`. */
export type PageName = 'live' | 'map' | 'report' | 'search';

/** The scripts for Node, each with the exports of its file in `node/`. */
interface NodeBundles {
  readonly charts: typeof charts;
  readonly 'graph-model': typeof graphModel;
}

/** A script, with the licence texts that must be distributed with it. */
export interface PageScript {
  readonly code: string;
  readonly licences: string;
}

const reinstall =
  'In a clone of Fulgur, run `npm install`; if Fulgur is installed as a package, reinstall it.';
const load = createRequire(__filename);
const folder = __dirname;
/** Whether this is a clone, whose sources are two folders below its packages; a package has the finished scripts. */
const keptIn = resolve(folder, '../../node_modules/.cache/fulgur-pages');
const scripts = new Map<string, Promise<PageScript>>();

/**
 * Returns the browser script of a page: everything that it needs in one text, which can be put between `<script>` and
 * `</script>`.
 *
 * In the package it is prebuilt; in a clone esbuild makes it from `browser/<name>.ts` when it is first requested, and
 * again when a source has changed.
 *
 * @throws FulgurError `module` if it cannot be made.
 */
export async function pageScript(name: PageName): Promise<string> {
  return (await licensedScript('browser', name)).code;
}

/** Like {@link pageScript}, with the licences of the packages in it, for distribution. */
export async function licensedPageScript(name: PageName): Promise<PageScript> {
  return licensedScript('browser', name);
}

/** Files that page scripts fetch, by package. */
export const pageAssets = {
  'tfjs-backend-wasm-simd.wasm': '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
} as const;

/**
 * Reads a file that a page's script fetches: from the package, or from the packages of a clone.
 *
 * @throws FulgurError `module` if it is missing.
 */
export async function pageAsset(name: keyof typeof pageAssets): Promise<Uint8Array> {
  const built = join(folder, 'browser', name);
  try {
    return await readFile(existsSync(built) ? built : load.resolve(pageAssets[name]));
  } catch (cause) {
    throw new FulgurError('module', {
      what: `The file ${name} of a page cannot be read: ${messageOf(cause)}.`,
      fix: reinstall,
      cause,
    });
  }
}

/** Loads a script for Node, since the packages bundled in it are not installed with Fulgur. */
export async function nodeBundle<Name extends keyof NodeBundles>(name: Name): Promise<NodeBundles[Name]> {
  const { code } = await licensedScript('node', name);
  const module = { exports: {} };
  // Not `vm`: under Jest it would give the script different globals, in which TensorFlow.js keeps its tensors.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const evaluate = new Function('module', 'exports', 'require', code) as (...parts: unknown[]) => void;
  evaluate(module, module.exports, load);
  return module.exports as NodeBundles[Name];
}

function licensedScript(place: ScriptPlace, name: string): Promise<PageScript> {
  const key = `${place}/${name}`;
  const script = scripts.get(key) ?? readOrBundle(place, name);
  scripts.set(key, script);
  script.catch(() => scripts.delete(key));
  return script;
}

async function readOrBundle(place: ScriptPlace, name: string): Promise<PageScript> {
  const built = builtScript(place, name);
  try {
    if (existsSync(built)) {
      const licences = await readFile(licencesBeside(built), 'utf8');
      return { code: await readFile(built, 'utf8'), licences };
    }
    return await keptBundle(join(folder, place, `${name}.ts`), place, keptIn);
  } catch (cause) {
    throw new FulgurError('module', {
      what: `The script ${place}/${name} cannot be created: ${messageOf(cause)}.`,
      fix: reinstall,
      cause,
    });
  }
}

/** Path at which the build puts a script, replacing its compiled source. */
function builtScript(place: ScriptPlace, name: string): string {
  return join(folder, place, `${name}.js`);
}

/** Path of the licences of a built script. */
function licencesBeside(script: string): string {
  return script.replace(/\.js$/, '.LICENSE.txt');
}
