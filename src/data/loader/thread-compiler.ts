import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { processVariables } from '../../config/environment';
import { FulgurError } from '../../errors';

/** How a loader thread can load TypeScript: with the main thread's compiler, if known. */
export type ThreadCompiler =
  | { readonly kind: 'none' }
  /** `module` is the path of ts-node. */
  | { readonly kind: 'ts-node'; readonly module: string; readonly options: object }
  /** The path of tsx's entry for CommonJS, and the URL of that for ES modules. */
  | { readonly kind: 'tsx'; readonly commonJs: string; readonly esModules: string };

/**
 * Finds the compiler for files that a thread will load: tsx if the main thread runs under it, otherwise ts-node,
 * because Jest's own compiler is not available in threads.
 *
 * @param files absolute paths.
 * @throws FulgurError `config` for TypeScript that no compiler was found for.
 */
export function threadCompiler(files: readonly string[]): ThreadCompiler {
  const source = files.find(isTypeScript);
  if (source === undefined) return { kind: 'none' };
  const own = process.features as { typescript?: unknown };
  const found = tsx(source) ?? tsNode(source);
  if (found !== null) return found;
  if (own.typescript) return { kind: 'none' };
  throw new FulgurError('config', {
    what: `Loader threads cannot load ${source}because neither ts-node nor tsx was found to compile it.`,
    fix: 'Install ts-node or tsx in its project, compile the project, or prepare batches in the main thread with --data.workers 0.',
  });
}

function isTypeScript(file: string): boolean {
  return /\.[cm]?tsx?$/.test(file);
}

function tsNode(source: string): ThreadCompiler | null {
  const module = resolved('ts-node', [source, __filename]);
  if (module === null) return null;
  const main = (process as unknown as Readonly<Record<symbol, MainCompiler | undefined>>)[
    Symbol.for('ts-node.register.instance')
  ];
  const { project, swc, transpiler, compilerOptions } = main?.options ?? {};
  // Types are checked in the main thread, if at all.
  const asInMain = { project: main?.configFilePath ?? project, swc, transpiler, compilerOptions };
  return {
    kind: 'ts-node',
    module,
    options: { cwd: main?.cwd ?? dirname(source), transpileOnly: true, ...withoutUndefined(asInMain) },
  };
}

/** The settings of ts-node in the main thread. */
interface MainCompiler {
  readonly cwd?: string;
  readonly configFilePath?: string;
  readonly options?: {
    readonly project?: string;
    readonly swc?: boolean;
    readonly transpiler?: unknown;
    readonly compilerOptions?: object;
  };
}

function withoutUndefined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** `null` if this process does not run under tsx. */
function tsx(source: string): ThreadCompiler | null {
  const words = [...process.execArgv, ...(processVariables()['NODE_OPTIONS'] ?? '').split(/\s+/)];
  const word = words.find((one) => /(^|[\\/=])tsx($|[\\/])/.test(one));
  if (word === undefined) return null;
  // tsx need not be installed in the project, because the command line names its files.
  const loader = word.startsWith('file:') ? [fileURLToPath(word)] : [];
  const commonJs = resolved('tsx/cjs/api', [...loader, source, __filename]);
  const manifest = resolved('tsx/package.json', [...loader, source, __filename]);
  const esModules = manifest === null ? null : exportedForImport(manifest, './esm/api');
  return commonJs === null || esModules === null ? null : { kind: 'tsx', commonJs, esModules };
}

/** Returns the URL of a package's export for ES modules; the CommonJS export does not work in threads of Node 20. */
function exportedForImport(manifest: string, name: string): string | null {
  const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    exports?: Readonly<Record<string, { import?: { default?: unknown } }>>;
  };
  const file = exports?.[name]?.import?.default;
  return typeof file === 'string' ? pathToFileURL(join(dirname(manifest), file)).href : null;
}

function resolved(name: string, from: readonly string[]): string | null {
  for (const file of from) {
    try {
      return createRequire(file).resolve(name);
    } catch {
      continue;
    }
  }
  return null;
}
