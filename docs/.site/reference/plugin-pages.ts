import { createRequire } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { hookTable, tokens } from '../../../src/contracts';
import type { PluginClass, PluginMetadata, PluginOrder } from '../../../src/contracts';
import { isPlugin, pluginMetadata } from '../../../src/metadata';
import { root } from '../paths';
import { byKey, importLine } from './api-pages';
import type { Pages } from './api-pages';
import { sentenceOf } from './comment-text';
import { SectionWriter, commentOf } from './declaration-section';
import { code, page, paragraphs, safeProse, table } from './markdown';
import { defaultWords, valueWords, valuesOf } from './option-values';
import type { Place, Places } from './places';
import type { Api } from './read-api';
import { linkedCode, wordsOf } from './type-words';

const load = createRequire(__filename);

const turns: Readonly<Record<PluginOrder, string>> = {
  strategy: 'before all others',
  normal: 'in the order of the list',
  monitor: 'after the others',
  last: 'after all others, the monitors too',
};

/** State, and what the container calls; hooks have a line of their own. */
const state = ['pluginState', 'restorePluginState', 'pluginTensors', 'measures'];

/** A page for each plugin: factory, options, hooks, metrics, and what else its module exports. */
export function pluginPages(api: Api, places: Places): Pages {
  const own = places.all.filter(({ group }) => group === 'plugins');
  const pages: Pages = new Map();
  const rows: string[][] = [];
  for (const [path, members] of byKey(own, (place) => place.page)) {
    const folder = path.slice('plugins/'.length);
    const plugins = pluginsOf(folder);
    pages.set(path, pluginPage(path, members, plugins, api, places));
    for (const factory of factoriesIn(members)) {
      rows.push([
        `[${code(`${factory.name}()`)}](./${folder}.md)`,
        sentenceOf(commentOf(factory.reflection), places, 'plugins/index'),
        loggedBy(factory, places, path),
      ]);
    }
  }
  const about =
    'Each is imported from a module of its own and stands in the list `plugins` of `@Experiment`.';
  return pages.set('plugins/index', page('Plugins', about, table(['Plugin', '', 'Logs'], rows)));
}

function pluginPage(
  path: string,
  members: readonly Place[],
  plugins: readonly PluginClass[],
  api: Api,
  places: Places,
): string {
  const writer = new SectionWriter(places, path, ['constructor', ...Object.keys(hookTable), ...state]);
  const factories = factoriesIn(members);
  const isOptions = ({ name }: Place): boolean => /Options$/.test(name);
  // The table of options stands in the place of its type.
  const [optionsType] = members.filter(isOptions);
  const others = members.filter((place) => !factories.includes(place) && place !== optionsType);
  const options = plugins.flatMap((type) => optionTable(type, path, api));
  const [title] = factories;
  return page(
    title === undefined ? path : `${title.name}()`,
    importLine(members.filter((place) => !isOptions(place))),
    ...factories.map((place) =>
      paragraphs(
        writer.section(place),
        loggedBy(place, places, path) === '' ? '' : `**Logs** ${loggedBy(place, places, path)}`,
      ),
    ),
    options.length === 0
      ? ''
      : paragraphs(`## Options${optionsType === undefined ? '' : ` {#${optionsType.anchor}}`}`, ...options),
    ...plugins.map((type) => facts(pluginMetadata(type), type)),
    ...others.map((place) => writer.section(place)),
  );
}

/** Functions of a plugin's module that make a plugin. */
function factoriesIn(members: readonly Place[]): Place[] {
  return members.filter(({ reflection }) => descriptorOf(reflection) !== null);
}

function descriptorOf({ signatures = [] }: Place['reflection']) {
  const [signature] = signatures;
  const type = signature?.type;
  return type?.type === 'reference' && type.name === 'PluginDescriptor' ? type : null;
}

/** The metrics that the type of a factory names. */
function loggedBy({ reflection }: Place, places: Places, path: string): string {
  const logs = descriptorOf(reflection)?.typeArguments?.[1];
  if (logs === undefined || (logs.type === 'intrinsic' && logs.name === 'never')) return '';
  if (logs.type === 'intrinsic') return 'metrics that its options name';
  return linkedCode(wordsOf(logs), places, path);
}

function pluginsOf(folder: string): PluginClass[] {
  const exports = load(join(root, 'plugins', folder)) as Readonly<Record<string, unknown>>;
  return Object.values(exports).filter(
    (value): value is PluginClass => typeof value === 'function' && isPlugin(value as PluginClass),
  );
}

/** What a class says of itself as a plugin. */
function facts(metadata: PluginMetadata, type: PluginClass): string {
  const hooks = Object.keys(hookTable).filter((name) => name in (type.prototype as object));
  const names = new Map<unknown, string>(Object.entries(tokens).map(([name, token]) => [token, name]));
  const provided = metadata.provides.map(
    (token) => `[${code(`tokens.${names.get(token) ?? ''}`)}](../tokens.md)`,
  );
  const rows = [
    ['Name', code(metadata.name)],
    ['Hooks', hooks.map((name) => `[${code(name)}](../hooks.md#${name})`).join(', ')],
    ['Turn', turns[metadata.order]],
    ['Ranks', metadata.ranks],
    ['May be listed several times', metadata.repeatable ? 'yes' : 'no'],
    ['Provides', provided.join(', ')],
  ].filter(([, words]) => words !== '');
  return paragraphs('## In a run', table(['', ''], rows));
}

function optionTable(type: PluginClass, path: string, api: Api): string[] {
  const { options: schema } = pluginMetadata(type);
  if (schema === undefined) return [];
  const { properties = {} } = valuesOf(schema);
  const comments = commentsOf(path, api);
  const rows = Object.entries(properties).map(([name, values]) => {
    const meaning = comments.get(name) ?? values.description ?? '';
    if (meaning === '') throw new Error(`The option '${name}' of ${path} has no docstring.`);
    return [code(name), valueWords(values), defaultWords(values.default), safeProse(meaning)];
  });
  return [table(['Option', 'Values', 'Default', 'Meaning'], rows)];
}

/** Docstrings of the options, by name: they stand in the schema. */
function commentsOf(path: string, { programs }: Api): Map<string, string> {
  const comments = new Map<string, string>();
  for (const program of programs) {
    const file = program.getSourceFile(join(root, path, 'index.ts'));
    if (file === undefined) continue;
    const checker = program.getTypeChecker();
    const symbol = checker.getSymbolAtLocation(file);
    const types =
      symbol === undefined
        ? []
        : checker.getExportsOfModule(symbol).filter(({ name }) => /Options$/.test(name));
    for (const type of types) {
      for (const property of checker.getDeclaredTypeOfSymbol(type).getProperties()) {
        const text = ts.displayPartsToString(property.getDocumentationComment(checker));
        if (text !== '') comments.set(property.name, text);
      }
    }
  }
  return comments;
}
