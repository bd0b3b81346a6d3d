import { tokens } from '../contracts';
import type { AnyPlugin, Token } from '../contracts';
import { FulgurError, messageOf, nearestName } from '../errors';
import { hookNames, injectedTokens, misspeltHooks, pluginMetadata, pluginName } from '../metadata';
import { isObjectProperty } from '../system';

/** Everything that prevents an experiment's plugins from being composed, in one error with one line per problem. */
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

/** A listed plugin that fits with the others, with its name. */
export interface CheckedPlugin {
  readonly name: string;
  readonly descriptor: AnyPlugin;
}

/** Plugins of this package that provide services to others, for errors that say what to add. */
const wellKnownProviders: ReadonlyMap<symbol, string> = new Map([
  [tokens.checkpointReader.key, 'checkpointing()'],
]);

/** The services of every run: all except those that plugins provide. */
const coreServices: readonly Token<unknown>[] = Object.values(tokens).filter(
  ({ key }) => !wellKnownProviders.has(key),
);

/**
 * Checks for everything that would prevent the plugins from being built, before anything is started or built.
 *
 * @param rank the rank that builds them; some plugins exist only on the first.
 * @returns the plugins of the rank.
 * @throws CompositionError naming every problem at once.
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

/** Returns the plugin with its name, or adds a problem. */
function nameOf(entry: unknown, index: number, problems: string[]): CheckedPlugin[] {
  if (!isDescriptor(entry)) {
    problems.push(`Entry ${index + 1} of the list is ${describe(entry)}.`);
    return [];
  }
  try {
    const name = pluginName(entry);
    if (!isObjectProperty(name) && !name.includes('/')) return [{ name, descriptor: entry }];
    // In checkpoints, a '/' separates the plugin's name from those of its tensors.
    const fault = name.includes('/') ? "a '/' in its name" : 'the name of a property that every object has';
    problems.push(`Plugin '${name}' has ${fault}: give it another name.`);
  } catch (error) {
    problems.push(messageOf(error));
  }
  return [];
}

/** For JavaScript; TypeScript checks it at compile time. */
function isDescriptor(entry: unknown): entry is AnyPlugin {
  if (typeof entry !== 'object' || entry === null) return false;
  const { type, provides, problems } = entry as Partial<AnyPlugin>;
  return typeof type === 'function' && Array.isArray(provides) && Array.isArray(problems);
}

function describe(entry: unknown): string {
  if (typeof entry !== 'function') return `not a plugin: write a call such as progressBar()`;
  return /^class\b/.test(String(entry))
    ? `the class ${entry.name} itself: write definePlugin(${entry.name})`
    : `the function ${entry.name} itself: call it, ${entry.name}()`;
}

/** Names must be unique because checkpoints and errors refer to plugins by name. */
function duplicates(plugins: readonly CheckedPlugin[]): string[] {
  return [...new Set(plugins.map(({ name }) => name))].flatMap((name) => {
    const alike = plugins.filter((plugin) => plugin.name === name);
    const types = [...new Set(alike.map(({ descriptor }) => descriptor.type))];
    if (alike.length < 2) return [];
    const [type] = types;
    if (type === undefined || types.length > 1) {
      const classes = types.map((each) => each.name).join(' and ');
      return [
        `Plugins of the classes ${classes} have the same name '${name}': give one of them a different name.`,
      ];
    }
    const times = `Plugin '${name}' is in the list ${alike.length} times`;
    if (!pluginMetadata(type).repeatable) return [`${times}: keep one.`];
    const another = alike.length === 2 ? 'one of them' : 'all but one of them';
    return [`${times}: give ${another} its own name, such as { name: '${name}-2' } among its options.`];
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
      return [`Plugin '${name}': ${parameter} does not name a service: write @inject(tokens....) before it.`];
    }
    if (services.some(({ key }) => key === token.key)) return [];
    const provider = wellKnownProviders.get(token.key) ?? 'the plugin that provides it';
    return [
      `Plugin '${name}': ${parameter} requests the service '${token.description}', which nothing provides: add ${provider}.`,
    ];
  });
}

function sharedServices(plugins: readonly CheckedPlugin[]): string[] {
  const provided = plugins.flatMap(({ descriptor }) => descriptor.provides);
  return [...new Set(provided)].flatMap((token) => {
    const names = plugins.filter((plugin) => provides(plugin, token)).map(({ name }) => `'${name}'`);
    const owners = [...new Set(names)];
    if (owners.length < 2) return [];
    return [
      `The service '${token.description}' is provided by ${owners.join(' and ')}: keep only one of them.`,
    ];
  });
}

/** Finds plugins that need each other, so that none of them could be built. */
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
