import { code, page, paragraphs, table } from './markdown';
import { SectionWriter, commentOf, kindOf } from './declaration-section';
import { pageLink } from './places';
import type { Place, Places } from './places';
import { groups } from './groups';

/** Pages by their path below the reference, without ending. */
export type Pages = Map<string, string>;

/** A page for each file that declares exports, and an index for each group. */
export function apiPages(places: Places): Pages {
  requireDocstrings(places.all);
  const own = places.all.filter(({ group }) => group !== 'plugins');
  const pages: Pages = new Map();
  for (const [path, members] of byKey(own, (place) => place.page)) {
    pages.set(path, filePage(path, members, places));
  }
  for (const [group, members] of byKey(own, (place) => place.group)) {
    pages.set(`api/${group}/index`, groupPage(group, members, places));
  }
  return pages;
}

/** Every export must say what it is. */
function requireDocstrings(places: readonly Place[]): void {
  const silent = places.filter(({ reflection }) => (commentOf(reflection)?.summary ?? []).length === 0);
  if (silent.length === 0) return;
  const list = silent.map(({ name, source, line }) => `  ${name} (${source}:${line})`);
  throw new Error(`These exports have no docstring:\n${list.join('\n')}`);
}

function filePage(path: string, members: readonly Place[], places: Places): string {
  const writer = new SectionWriter(places, path);
  return page(
    titleOf(path, members),
    importLine(members),
    ...inReadingOrder(path, members).map((place) => writer.section(place)),
  );
}

/** What the page is named after, then what does something, then types; each in the order of the source. */
function inReadingOrder(path: string, members: readonly Place[]): Place[] {
  const title = titleOf(path, members);
  const rank = (place: Place): number =>
    place.name === title ? 0 : ['interface', 'type'].includes(kindOf(place)) ? 2 : 1;
  return [...members].sort((a, b) => rank(a) - rank(b));
}

/** The export that the file is named after, or the file's name in words. */
export function titleOf(path: string, members: readonly Place[]): string {
  const name = path.split('/').at(-1) ?? '';
  const plain = name.replaceAll('-', '');
  const main = members.find((place) => place.reflection.name.toLowerCase() === plain);
  if (main !== undefined) return main.name;
  if (members.length === 1) return members[0]?.name ?? '';
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What a file imports to use what a page describes. */
export function importLine(members: readonly Place[]): string {
  const [first] = members;
  if (first === undefined) return '';
  const isType = ({ reflection }: Place): boolean =>
    ['interface', 'type'].includes(kindOf({ reflection } as Place));
  const named = members.filter((place) => place.namespace === null);
  const spaces = [...new Set(members.flatMap(({ namespace }) => (namespace === null ? [] : [namespace])))];
  const values = [...spaces, ...named.filter((place) => !isType(place)).map(({ name }) => name)];
  const types = named.filter(isType).map(({ name }) => name);
  const line = (keyword: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [wrapped(keyword, names, first.from)];
  return ['```ts', ...line('import', values), ...line('import type', types), '```'].join('\n');
}

function wrapped(keyword: string, names: readonly string[], from: string): string {
  const line = `${keyword} { ${names.join(', ')} } from '${from}';`;
  if (line.length <= 100) return line;
  return [`${keyword} {`, ...names.map((name) => `  ${name},`), `} from '${from}';`].join('\n');
}

function groupPage(group: string, members: readonly Place[], places: Places): string {
  const path = `api/${group}/index`;
  const writer = new SectionWriter(places, path);
  const known = groups[group];
  if (known === undefined) throw new Error(`The group '${group}' of exports has no title in groups.ts.`);
  const { title, about } = known;
  const tables = [...byKey(members, (place) => place.page)].map(([file, own]) => {
    const rows = own.map((place) => [
      `[${code(place.name)}](${places.link(place, path)})`,
      ...[kindOf(place), writer.sentence(place)],
    ]);
    return paragraphs(`## [${titleOf(file, own)}](${pageLink(file, path)})`, table(['Export', '', ''], rows));
  });
  return page(title, about, ...tables);
}

/** Values by a key, in the order in which keys come. */
export function byKey<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const value of values) found.set(keyOf(value), [...(found.get(keyOf(value)) ?? []), value]);
  return found;
}
