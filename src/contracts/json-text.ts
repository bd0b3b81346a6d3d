import { FulgurError } from '../errors';
import type { Json } from './json';

/** Numbers that JSON has no notation for. */
const named = ['NaN', 'Infinity', '-Infinity'];
/** A string that looks like one of these numbers; writing it puts one more quote in front. */
const likeNumber = /^'*(NaN|Infinity|-Infinity)$/;

/**
 * Returns a value as the JSON text of a record. Numbers that JSON has no notation for become the strings `"NaN"`,
 * `"Infinity"` and `"-Infinity"`, which `Number()` in JavaScript and `float()` in Python read; -0 becomes `-0.0`. A
 * string that looks like one of these gets a leading quote, as in a spreadsheet: `"'NaN"`. Everything else is written
 * as by `JSON.stringify`.
 *
 * @param indent spaces per level; 0 gives one line.
 * @param name the value's name, for the error.
 * @throws FulgurError `state`, naming the place, for a value that would not be read back unchanged: a Map, a Date, a
 * typed array, a bigint, an object of a class.
 */
export function jsonText(value: unknown, indent = 0, name = 'value'): string {
  return write(value, { path: name, lineBreak: '\n', indent, around: new Set() });
}

/**
 * Parses JSON text, written by `jsonText` or otherwise.
 *
 * @throws SyntaxError if the text is not JSON.
 */
export function parseJson(text: string): Json {
  return JSON.parse(text, (_, value: Json) => (typeof value === 'string' ? read(value) : value)) as Json;
}

function read(text: string): number | string {
  if (named.includes(text)) return Number(text);
  return likeNumber.test(text) ? text.slice(1) : text;
}

interface Place {
  readonly path: string;
  /** A line feed and the indentation at this place. */
  readonly lineBreak: string;
  readonly indent: number;
  /** The lists and objects that contain this place. */
  readonly around: ReadonlySet<unknown>;
}

function write(value: unknown, place: Place): string {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'string':
      return JSON.stringify(likeNumber.test(value) ? `'${value}` : value);
    case 'number':
      if (!Number.isFinite(value)) return `"${value}"`;
      return Object.is(value, -0) ? '-0.0' : String(value);
    case 'object':
      if (value === null) return 'null';
      if (place.around.has(value)) throw cannotWrite(place, 'contains itself');
      if (Array.isArray(value)) return writeList(value, place);
      if (isPlain(value)) return writeObject(value, place);
  }
  throw cannotWrite(place, `is ${describe(value)}`);
}

function writeList(list: readonly unknown[], place: Place): string {
  const inner = inside(place, list);
  const items = Array.from(list, (item, index) => write(item, { ...inner, path: `${place.path}[${index}]` }));
  return enclosed('[', items, ']', place);
}

/** As in JSON, undefined members are omitted. */
function writeObject(object: object, place: Place): string {
  const inner = inside(place, object);
  const members = Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const text = write(value, { ...inner, path: `${place.path}.${key}` });
      return `${JSON.stringify(key)}:${place.indent > 0 ? ' ' : ''}${text}`;
    });
  return enclosed('{', members, '}', place);
}

function enclosed(open: string, parts: readonly string[], close: string, place: Place): string {
  if (parts.length === 0) return open + close;
  const { lineBreak, indent } = place;
  if (indent === 0) return open + parts.join(',') + close;
  const inner = lineBreak + ' '.repeat(indent);
  return open + inner + parts.join(`,${inner}`) + lineBreak + close;
}

function inside(place: Place, outer: object): Place {
  const lineBreak = place.lineBreak + ' '.repeat(place.indent);
  return { ...place, lineBreak, around: new Set([...place.around, outer]) };
}

/** Accepts objects from another realm too. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : `a ${typeof value}`;
  const { name } = value.constructor;
  return `an object of class ${name}`;
}

function cannotWrite({ path }: Place, finding: string): FulgurError {
  return new FulgurError('state', {
    what: `${path} ${finding}, which cannot be written as JSON.`,
    why: 'It would not be read back unchanged.',
    fix: 'Use numbers, strings, booleans, lists and plain objects: [...map] for a Map, Array.from(values) for a typed array.',
  });
}
