import { fileURLToPath } from 'node:url';

/**
 * Returns the file whose code called `called`, as an absolute path; `null` if it is unknown, as for code without a
 * file.
 */
export function callerFile(called: (...args: never[]) => unknown): string | null {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, sites) => sites;
    Error.captureStackTrace(holder, called);
    const [site] = holder.stack as readonly NodeJS.CallSite[];
    const file = site?.getFileName() ?? null;
    return file === null || file === '' ? null : pathOfModule(file);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Returns a module's path, which `__filename` contains and `import.meta.url` has as an address. */
export function pathOfModule(module: string): string {
  return module.startsWith('file:') ? fileURLToPath(module) : module;
}
