import { tokens } from '../contracts';
import type { AnyPlugin, Token } from '../contracts';
import { FulgurError, messageOf, nearestName } from '../errors';
import { hookNames, injectedTokens, misspeltHooks, pluginMetadata, pluginName } from '../metadata';
import { isObjectProperty } from '../system';

/** All that keeps an experiment's plugins from being put together, in one error: a line each. */
export class CompositionError extends FulgurError {
  constructor(
    experiment: string,
    readonly problems: readonly string[],
  ) {
    super('plugin', {
      what: `The plugins of '${experiment}' do not fit together:`,
      list: problems,
      fix: `Correct ${problems.length === 1 ? 'it' : 'them'} in the list of plugins or in the plugin classes.`,
    });
  }
}

/** A plugin of the list that fits with the others, under its name. */
export interface CheckedPlugin {
  readonly name: string;
  readonly descriptor: AnyPlugin;
}

/** Plugins of this package that provide what others may ask for, for errors that say what to add. */
const wellKnownProviders: ReadonlyMap<symbol, string> = new Map([
  [tokens.checkpointReader.key, 'checkpointing()'],
]);

/** What every run has for plugins: everything but what plugins provide. */
const coreServices: readonly Token<unknown>[] = Object.values(tokens).filter(
  ({ key }) => !wellKnownProviders.has(key),
);

/**
 * Finds everything that would keep the plugins from being built, before anything is started or built.
 *
 * @param rank which of a run's ranks is to build them; some plugins are there on the first alone.
 * @returns the plugins of the rank.
 * @throws CompositionError naming every problem at once
 */
export function checkPlugins(
  experiment: string,
  descriptors: readonly AnyPlugin[],
  rank = 0,
): readonly CheckedPlugin[] {
  const problems: string[] = [];
  const listed = descriptors.flatMap((descriptor, index) => nameOf(descriptor, index, problems));
  const plugins = listed.filter(
    ({ descriptor: { type } }) => rank === 0 || pluginMetadata(type).ranks === 'all',
  );
  problems.push(...problemsOf(listed));
  if (problems.length === 0 && plugins.length < listed.length) problems.push(...problemsOf(plugins));
  if (problems.length > 0) throw new CompositionError(experiment, problems);
  return plugins;
}

function problemsOf(plugins: readonly CheckedPlugin[]): string[] {
  return [
    ...duplicates(plugins),
    ...plugins.flatMap(({ descriptor }) => descriptor.problems),
    ...plugins.flatMap(hookProblems),
    ...plugins.flatMap((plugin) => injectionProblems(plugin, plugins)),
    ...sharedServices(plugins),
    ...circles(plugins),
  ];
}

/** The plugin under its name, or none and one problem more. */
function nameOf(entry: unknown, index: number, problems: string[]): CheckedPlugin[] {
  if (!isDescriptor(entry)) {
    problems.push(`Entry ${index + 1} of the list is ${describe(entry)}.`);
    return [];
  }
  try {
    const name = pluginName(entry);
    if (!isObjectProperty(name) && !name.includes('/')) return [{ name, descriptor: entry }];
    // In checkpoints a '/' parts the plugin's name from those of its tensors.
    const fault = name.includes('/') ? "a '/' in its name" : 'the name of a property of every object';
    problems.push(`Plugin '${name}' has ${fault}: call it otherwise.`);
  } catch (error) {
    problems.push(messageOf(error));
  }
  return [];
}

/** For JavaScript: the type checker knows. */
function isDescriptor(entry: unknown): entry is AnyPlugin {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, provides, problems } = entry as Partial<AnyPlugin>;
  return typeof type === 'function' && Array.isArray(provides) && Array.isArray(problems);
}

function describe(entry: unknown): string {
  if (typeof entry !== 'function') return `no plugin: write a call such as progressBar() there`;
  return /^class\b/.test(String(entry))
    ? `the class ${entry.name} itself: write definePlugin(${entry.name})`
    : `the function ${entry.name} itself: call it, ${entry.name}()`;
}

/** State in checkpoints and errors go by name. */
function duplicates(plugins: readonly CheckedPlugin[]): string[] {
  return [...new Set(plugins.map(({ name }) => name))].flatMap((name) => {
    const alike = plugins.filter((plugin) => plugin.name === name);
    const types = [...new Set(alike.map(({ descriptor }) => descriptor.type))];
    if (alike.length < 2) return [];
    const [type] = types;
    if (type === undefined || types.length > 1) {
      const classes = types.map((each) => each.name).join(' and ');
      return [
        `Plugins of the classes ${classes} have the same name '${name}': give one of them another name.`,
      ];
    }
    const times = `Plugin '${name}' is in the list ${alike.length} times`;
    if (!pluginMetadata(type).repeatable) return [`${times}: keep one.`];
    const another = alike.length === 2 ? 'one of them' : 'all but one of them';
    return [`${times}: give ${another} a name of its own, such as { name: '${name}-2' } among its options.`];
  });
}

function hookProblems({ name, descriptor }: CheckedPlugin): string[] {
  return misspeltHooks(descriptor.type.prototype as object).map(
    (method) =>
      `Plugin '${name}' has a method ${method}, which is not a hook and would never be called: did you mean ${nearestName(method, hookNames, Infinity)}?`,
  );
}

function injectionProblems(
  { name, descriptor: { type } }: CheckedPlugin,
  plugins: readonly CheckedPlugin[],
): string[] {
  const services = [...coreServices, ...plugins.flatMap(({ descriptor }) => descriptor.provides)];
  return injectedTokens(type).flatMap((token, index) => {
    const parameter = `parameter ${index + 1} of ${type.name}'s constructor`;
    if (token === undefined) {
      return [`Plugin '${name}': ${parameter} says no service: write @inject(tokens....) before it.`];
    }
    if (services.some(({ key }) => key === token.key)) return [];
    const provider = wellKnownProviders.get(token.key) ?? 'the plugin that provides it';
    return [
      `Plugin '${name}': ${parameter} asks for the service '${token.description}', which nothing provides: add ${provider}.`,
    ];
  });
}

function sharedServices(plugins: readonly CheckedPlugin[]): string[] {
  const provided = plugins.flatMap(({ descriptor }) => descriptor.provides);
  return [...new Set(provided)].flatMap((token) => {
    const names = plugins.filter((plugin) => provides(plugin, token)).map(({ name }) => `'${name}'`);
    const owners = [...new Set(names)];
    if (owners.length < 2) return [];
    return [`The service '${token.description}' is provided by ${owners.join(' and ')}: keep one of them.`];
  });
}

/** Plugins that need each other before any of them could be built. */
function circles(plugins: readonly CheckedPlugin[]): string[] {
  const needs = (plugin: CheckedPlugin): CheckedPlugin[] =>
    injectedTokens(plugin.descriptor.type).flatMap((token) =>
      token === undefined ? [] : plugins.filter((other) => provides(other, token)),
    );
  const visit = (plugin: CheckedPlugin, path: readonly CheckedPlugin[]): CheckedPlugin[] | null => {
    const start = path.indexOf(plugin);
    if (start >= 0) return [...path.slice(start), plugin];
    for (const next of needs(plugin)) {
      const circle = visit(next, [...path, plugin]);
      if (circle !== null) return circle;
    }
    return null;
  };
  for (const plugin of plugins) {
    const circle = visit(plugin, []);
    if (circle !== null) {
      const path = circle.map(({ name }) => `'${name}'`).join(' → ');
      return [`Plugins need each other to be built: ${path}.`];
    }
  }
  return [];
}

function provides({ descriptor }: CheckedPlugin, token: Token<unknown>): boolean {
  return descriptor.provides.some(({ key }) => key === token.key);
}
