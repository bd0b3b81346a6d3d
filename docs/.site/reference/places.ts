import { basename, dirname, posix } from 'node:path';
import { ReflectionKind } from 'typedoc';
import type { DeclarationReflection, ProjectReflection, Reflection } from 'typedoc';

/** An export, and where it stands in the reference. */
export interface Place {
  readonly reflection: DeclarationReflection;
  /** As users write it: `nn.Linear`, `Trainer`. */
  readonly name: string;
  /** The module that it is imported from: `fulgur`, `fulgur/plugins/timer`. */
  readonly from: string;
  /** The namespace that it is written with, if any. */
  readonly namespace: string | null;
  /** `losses`, `contracts`: the folder, or the namespace that is made of the folder. */
  readonly group: string;
  /** Path of the page below the reference, without ending: `losses/nt-xent`. */
  readonly page: string;
  readonly anchor: string;
  /** The file that declares it, from the root. */
  readonly source: string;
  readonly line: number;
}

/** Every export once, where it is declared, in the order of the source. */
export class Places {
  readonly all: readonly Place[];
  readonly #byReflection: ReadonlyMap<Reflection, Place>;
  readonly #byName: ReadonlyMap<string, readonly Place[]>;

  constructor(project: ProjectReflection) {
    const modules = project.getChildrenByKind(ReflectionKind.Module);
    const folders = new Map(
      modules.flatMap((module) =>
        module
          .getChildrenByKind(ReflectionKind.Namespace)
          .map((namespace) => [dirname(sourceOf(namespace).fileName), namespace.name] as const),
      ),
    );
    const found = modules.flatMap((module) => exportsOf(module, null, moduleName(module.name), folders));
    this.all = found.sort((a, b) => a.page.localeCompare(b.page) || a.line - b.line);
    this.#byReflection = new Map(this.all.map((place) => [place.reflection, place]));
    const byName = new Map<string, Place[]>();
    for (const place of this.all) {
      for (const name of new Set([place.name, place.reflection.name])) {
        byName.set(name, [...(byName.get(name) ?? []), place]);
      }
    }
    this.#byName = byName;
  }

  of(reflection: Reflection | undefined): Place | null {
    return (reflection && this.#byReflection.get(reflection)) ?? null;
  }

  /** The export that a name in prose means, where it can only mean one. */
  named(name: string): Place | null {
    const places = this.#byName.get(name) ?? [];
    return places.length === 1 ? (places[0] ?? null) : null;
  }

  /** The link from a page of the reference to an export. */
  link(place: Place, fromPage: string): string {
    return `${pageLink(place.page, fromPage)}#${place.anchor}`;
  }
}

/** The relative link from one page to another; both without ending. */
export function pageLink(page: string, fromPage: string): string {
  const path = posix.relative(posix.dirname(fromPage), `${page}.md`);
  return path.startsWith('.') ? path : `./${path}`;
}

function moduleName(name: string): string {
  if (name === 'src') return 'fulgur';
  return `fulgur/${name.replace(/^src\//, '')}`;
}

function sourceOf(reflection: DeclarationReflection): { fileName: string; line: number } {
  const [source] = reflection.sources ?? [];
  if (source === undefined) throw new Error(`TypeDoc knows no source of ${reflection.getFullName()}.`);
  return source;
}

function exportsOf(
  parent: DeclarationReflection,
  namespace: string | null,
  from: string,
  folders: ReadonlyMap<string, string>,
): Place[] {
  return (parent.children ?? []).flatMap((reflection): Place[] => {
    if (reflection.isReference()) return [];
    if (reflection.kindOf(ReflectionKind.Namespace)) {
      return exportsOf(reflection, reflection.name, from, folders);
    }
    const { fileName, line } = sourceOf(reflection);
    const { group, page } = pageOf(fileName, folders);
    const name = namespace === null ? reflection.name : `${namespace}.${reflection.name}`;
    return [
      {
        ...{ reflection, name, from, namespace, group, page },
        anchor: reflection.name,
        source: fileName,
        line,
      },
    ];
  });
}

/** A page for each file; of a plugin, one for all its files. */
function pageOf(fileName: string, folders: ReadonlyMap<string, string>): { group: string; page: string } {
  const [top = '', room = ''] = fileName.split('/');
  if (top === 'plugins') return { group: 'plugins', page: `plugins/${room}` };
  const stem = basename(fileName, '.ts');
  const name = stem === 'index' ? basename(dirname(fileName)) : stem;
  for (let folder = dirname(fileName); folder !== '.'; folder = dirname(folder)) {
    const namespace = folders.get(folder);
    // What lies in a folder below takes its name along: heads/byol is not another byol.
    if (namespace !== undefined)
      return { group: namespace, page: pageBelow(namespace, folder, fileName, name) };
  }
  return { group: room, page: pageBelow(room, `src/${room}`, fileName, name) };
}

function pageBelow(group: string, folder: string, fileName: string, name: string): string {
  const below = posix.relative(folder, dirname(fileName));
  return ['api', group, ...(below === '' ? [] : below.split('/')), name].join('/');
}
