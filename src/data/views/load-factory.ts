import { isAbsolute } from 'node:path';
import type { Json } from '../../contracts';
import { FulgurError, messageOf, valueText } from '../../errors';
import { moduleExports, pathOfModule } from '../../system';
import { isPlainObject } from './option-rules';

/** A factory: a module, the name of its export, and the options it is called with. */
export interface FactorySpec {
  /** Absolute path of the module. */
  readonly module: string;
  readonly export: string;
  readonly options: Json;
}

/**
 * Calls a module's factory, in this thread or another, with options received as JSON.
 *
 * @throws FulgurError of kind `config` if the module cannot be loaded or has no such factory.
 */
export function callFactory({ module, export: name, options }: FactorySpec): unknown {
  const factory = exportsOf(module)[name];
  if (typeof factory !== 'function') {
    throw new FulgurError('config', {
      what: `${module} does not export a function "${name}".`,
      why: 'Worker threads rebuild view transforms from the module and name in their spec.',
      fix: `Export the factory of the transform as "${name}" from that module.`,
    });
  }
  return (factory as (options: Json) => unknown)(options);
}

/**
 * Returns the spec of a factory in a user's module: `module` as a path or, from an ES module, a file URL.
 *
 * @param who the function it was passed to, for messages: `views.custom`.
 * @throws FulgurError of kind `config` if it is not an object, the path is not absolute, or the options cannot be
 * written as JSON.
 */
export function factorySpec(
  who: string,
  given: { readonly module: string; readonly export: string; readonly options?: unknown },
): FactorySpec {
  if (!isPlainObject(given)) {
    throw new FulgurError('config', {
      what: `${who}: the argument is ${valueText(given)}.`,
      fix: 'Pass an object: { module: __filename, export: the name under which that file exports it, ... }.',
    });
  }
  const { module, export: name, options = null } = given;
  const path = typeof module === 'string' ? pathOfModule(module) : module;
  if (typeof path !== 'string' || !isAbsolute(path)) {
    throw new FulgurError('config', {
      what: `${who}: module is ${valueText(module)}.`,
      why: 'Worker threads load it from its absolute path.',
      fix: 'Write module: __filename, import.meta.url in an ES module, or require.resolve for another file.',
    });
  }
  if (typeof name !== 'string' || name === '') {
    throw new FulgurError('config', {
      what: `${who}: export is ${valueText(name)}.`,
      fix: `Use the name under which ${path} exports the factory.`,
    });
  }
  if (!isJson(options)) {
    throw new FulgurError('config', {
      what: `${who}: the options of "${name}" cannot be written as JSON.`,
      why: 'Worker threads receive them as JSON, and they are recorded with the run.',
      fix: 'Use numbers, strings, true, false, null, and lists and plain objects of those.',
    });
  }
  return { module: path, export: name, options };
}

/**
 * Whether a value can be written as JSON. `around` contains the enclosing lists and objects, since no JSON value
 * contains itself.
 */
function isJson(value: unknown, around: readonly unknown[] = []): value is Json {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || around.includes(value)) return false;
  const isPart = (part: unknown): boolean => isJson(part, [...around, value]);
  return Array.isArray(value) ? value.every(isPart) : isPlain(value) && Object.values(value).every(isPart);
}

/** Whether an object is plain; those of another context have their own `Object`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function exportsOf(module: string): Readonly<Record<string, unknown>> {
  try {
    return moduleExports(module);
  } catch (cause) {
    const { code } = (cause ?? {}) as { code?: unknown };
    throw new FulgurError('config', {
      what: `The module ${module} of a view transform cannot be loaded: ${messageOf(cause).split('\n')[0] ?? ''}.`,
      fix:
        typeof code === 'string' && code.startsWith('ERR_REQUIRE_')
          ? 'Move the factory into its own file without top-level await, since it must load synchronously.'
          : 'Correct the path or the module.',
      cause,
    });
  }
}
