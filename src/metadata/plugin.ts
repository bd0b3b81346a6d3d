import 'reflect-metadata';
import { injectFromBase, injectable } from 'inversify';
import type { z } from 'zod';
import type {
  AnyPlugin,
  PluginClass,
  PluginDeclaration,
  PluginDescriptor,
  PluginMetadata,
  Token,
} from '../contracts';
import { FulgurError, valueText } from '../errors';
import { requireTypeScriptForm } from './decorator-form';
import type { CheckedHooks } from './hook-checks';
import { inheritsInjections } from './inject';

const key = Symbol('fulgur:plugin');

/** The type that a class must have to provide the services of some tokens. */
type ServicesOf<Provided extends readonly Token<unknown>[]> = Provided extends readonly [
  Token<infer Service>,
  ...infer Rest extends readonly Token<unknown>[],
]
  ? Service & ServicesOf<Rest>
  : unknown;

/**
 * Makes a class a plugin. A method that starts with `on` but is not a hook, or has another signature than its hook,
 * does not compile; neither does a class that lacks a part of a service that it provides.
 *
 * @example
 * @Plugin({ name: 'bell' })
 * class Bell {
 *   onTrainEnd() {
 *     process.stdout.write('\u0007');
 *   }
 * }
 */
export function Plugin<const Provided extends readonly Token<unknown>[] = readonly []>(
  declaration: PluginDeclaration & { readonly provides?: Provided },
): <T extends CheckedHooks<T> & ServicesOf<Provided>>(target: new (...services: never[]) => T) => void {
  return (...args) => {
    requireTypeScriptForm('@Plugin', args);
    const [target] = args;
    const defaults = { order: 'normal', ranks: 'all', repeatable: false, provides: [] } as const;
    const metadata: PluginMetadata = { ...defaults, ...declaration };
    Reflect.defineMetadata(key, metadata, target);
    injectable()(target);
    // Without this inversify passes nothing to a constructor that a class inherits from its parent.
    if (inheritsInjections(target)) injectFromBase({ extendConstructorArguments: true })(target);
  };
}

/**
 * Creates the value for an experiment's `plugins` list, with the defaults of the options filled in; by default it may
 * log any metric. Invalid options are reported by the run: an experiment file that lists them still loads, so that
 * `--help` works and all errors are reported together.
 */
export function definePlugin<Monitors extends string = never, Logs extends string = string>(
  type: PluginClass,
  options: unknown = {},
): PluginDescriptor<Monitors, Logs> {
  // A class without the decorator is also reported by the run.
  const { name = '', options: schema, provides = [] } = metadataOf(type) ?? {};
  return {
    ...{ type, provides },
    ...(schema === undefined ? { options, problems: [] } : checkedOptions(schema, factoryOf(name), options)),
  };
}

/** Returns options with their defaults, or the given options and what is wrong with them. */
function checkedOptions(
  schema: z.ZodType,
  factory: string,
  options: unknown,
): Pick<PluginDescriptor, 'options' | 'problems'> {
  const result = schema.safeParse(options);
  if (result.success) return { options: result.data, problems: [] };
  const problems = result.error.issues.map((issue) => `${factory}(): ${describe(issue, options)}.`);
  return { options, problems };
}

/** `early-stopping` is listed as `earlyStopping()`. */
function factoryOf(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function describe(issue: z.core.$ZodIssue, options: unknown): string {
  if (issue.code === 'unrecognized_keys') return `unknown option ${issue.keys.join(', ')}`;
  const reason = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  if (issue.path.length === 0) return reason;
  const value = issue.path.reduce<unknown>(
    (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
    options,
  );
  return `${issue.path.join('.')} is ${value === undefined ? 'missing' : valueText(value)} (${reason})`;
}

/**
 * Returns the declaration that `@Plugin` recorded of a class.
 * @throws FulgurError `plugin` for a class without the decorator
 */
export function pluginMetadata(type: new (...services: never[]) => object): PluginMetadata {
  const metadata = metadataOf(type);
  if (metadata !== undefined) return metadata;
  throw new FulgurError('plugin', {
    what: `The class '${type.name}' in the list of plugins is not a plugin.`,
    fix: `Add @Plugin({ name: '...' }) above it.`,
  });
}

/** Whether a class has the decorator. */
export function isPlugin(type: PluginClass): boolean {
  return metadataOf(type) !== undefined;
}

function metadataOf(type: new (...services: never[]) => object): PluginMetadata | undefined {
  return Reflect.getOwnMetadata(key, type) as PluginMetadata | undefined;
}

/**
 * Returns the name of a listed plugin: its class's, or its own if there may be several.
 * @throws FulgurError `plugin` for a class without the decorator
 */
export function pluginName({ type, options }: Pick<AnyPlugin, 'type' | 'options'>): string {
  const { name, repeatable } = pluginMetadata(type);
  if (!repeatable || typeof options !== 'object' || options === null) return name;
  const own: unknown = Reflect.get(options, 'name');
  return typeof own === 'string' && own !== '' ? own : name;
}
