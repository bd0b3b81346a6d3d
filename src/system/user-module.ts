import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The exports of a module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

const load = createRequire(__filename);
/** ES modules that this thread has loaded. */
const imported = new Map<string, ModuleExports>();

/**
 * Loads the user's files in this thread, so that `moduleExports` can return them synchronously. Not every ES module can
 * be required: one with a top-level await cannot, and neither can one in TypeScript.
 *
 * @param files absolute paths.
 */
export async function loadModules(files: readonly string[]): Promise<void> {
  for (const file of new Set(files)) {
    if (isEsModule(file)) {
      imported.set(file, await importFile(file));
      continue;
    }
    try {
      load(file);
    } catch (error) {
      if (!mustBeImported(error)) throw error;
      imported.set(file, await importFile(file));
    }
  }
}

/** Returns the exports of a file, which is loaded if this thread has not loaded it. `file` is an absolute path. */
export function moduleExports(file: string): ModuleExports {
  return imported.get(file) ?? (load(file) as ModuleExports);
}

async function importFile(file: string): Promise<ModuleExports> {
  return (await import(pathToFileURL(file).href)) as ModuleExports;
}

function mustBeImported(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return code === 'ERR_REQUIRE_ESM' || code === 'ERR_REQUIRE_ASYNC_MODULE';
}

/** Determined by the extension, or by the `type` of the package to which the file belongs. */
function isEsModule(file: string): boolean {
  if (/\.m[jt]s$/.test(file)) return true;
  return /\.(js|ts|tsx|jsx)$/.test(extname(file)) && packageType(dirname(file)) === 'module';
}

function packageType(folder: string): unknown {
  try {
    const { type } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { type?: unknown };
    return type;
  } catch {
    const parent = dirname(folder);
    return parent === folder ? undefined : packageType(parent);
  }
}
