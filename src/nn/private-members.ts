import { Module } from './module';

/**
 * Returns the names of the `#private` members that the class of a module, or one of its base classes, adds to
 * instances. JavaScript does not expose them, so the source of the classes is read.
 */
export function privateMembersOf(module: Module): { owner: string; names: string[] } | null {
  for (let at: object = Object.getPrototypeOf(module) as object; at !== Module.prototype;) {
    const { constructor } = at;
    const names = Object.hasOwn(at, 'constructor') ? privateNamesIn(constructor.toString()) : [];
    if (names.length > 0) return { owner: constructor.name, names };
    at = Object.getPrototypeOf(at) as object;
  }
  return null;
}

/** Comments and texts, in which `#` has no meaning. */
const PROSE = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;
const STATIC = /\bstatic\s+(?:(?:async|get|set)\s+)*\*?\s*(#[\w$]+)/g;

function privateNamesIn(source: string): string[] {
  const code = source.replace(PROSE, "''");
  const ofTheClass = new Set([...code.matchAll(STATIC)].map(([, name]) => name));
  const all = [...code.matchAll(/#[\p{ID_Start}$_][\p{ID_Continue}$]*/gu)].map(([name]) => name);
  return [...new Set(all)].filter((name) => !ofTheClass.has(name));
}
