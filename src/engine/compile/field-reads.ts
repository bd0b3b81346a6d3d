import { Tensor } from '@tensorflow/tfjs-core';

/** A field that was read during a trace. */
export interface FieldRead {
  readonly owner: object;
  readonly field: string;
  /** The watched object that contains it, directly or in plain objects, and the path from there: `options.rate`. */
  readonly root: object;
  readonly path: string;
  /** Its contents at that time; a copy of an array. */
  readonly value: unknown;
}

/** The fields of objects whose reads are recorded; for some objects only certain ones. */
export type Watched = ReadonlyMap<object, readonly string[] | 'all'>;

/** Longer arrays are compared by identity. */
const COPIED_ITEMS = 1024;
/** The depth to which plain objects in fields are followed. */
const DEPTH = 3;

type Note = (owner: object, field: string, value: unknown) => void;

let note: Note | null = null;

/** Runs code that iterates over all fields of an object, which does not count as reading them. */
export function withoutNotingReads<T>(run: () => T): T {
  const outer = note;
  note = null;
  try {
    return run();
  } finally {
    note = outer;
  }
}

/** Records a read, for values that are not fields. */
export function noteRead(owner: object, field: string, value: unknown): void {
  note?.(owner, field, value);
}

/** The fields that one run read, and those that it changed after reading them. */
export interface NotedReads {
  readonly reads: readonly FieldRead[];
  readonly counted: readonly FieldRead[];
}

/**
 * Runs a function and records the fields of the watched objects that it reads. Meanwhile, accessors replace the fields;
 * frozen objects and `#private` fields are unchanged and not recorded. Fields that it assigns itself do not count,
 * except numbers, texts and booleans that it changes after reading them.
 */
export function notingReads<T>(watched: Watched, run: () => T): { result: T; noted: NotedReads } {
  const reads = new Map<object, Map<string, FieldRead>>();
  const assigned = new Map<object, Set<string>>();
  const counted: FieldRead[] = [];
  const inner = new Map<object, Pick<FieldRead, 'root' | 'path'>>();
  const read = (owner: object, field: string, value: unknown): void => {
    const fields = entryOf(reads, owner, () => new Map<string, FieldRead>());
    if (fields.has(field)) return;
    const { root, path } = inner.get(owner) ?? { root: owner, path: '' };
    fields.set(field, { owner, field, root, path: `${path}${field}`, value: copyOf(value) });
  };
  const assign = (owner: object, field: string, value: unknown): void => {
    const before = reads.get(owner)?.get(field);
    entryOf(assigned, owner, () => new Set<string>()).add(field);
    if (before === undefined || !isPlain(before.value) || !isPlain(value)) return;
    if (before.value !== value && !counted.includes(before)) counted.push(before);
  };
  const restores: (() => void)[] = [];
  const watch = (owner: object, fields: readonly string[] | 'all', depth: number): void => {
    for (const name of fields === 'all' ? [...Object.keys(owner), ...inheritedPairs(owner)] : fields) {
      const own = Object.getOwnPropertyDescriptor(owner, name);
      if (own === undefined) restores.push(shadowPair(owner, name, assign));
      if (own?.configurable !== true || own.writable !== true || typeof own.value === 'function') continue;
      restores.push(shadowField(owner, name, own, assign));
      const held: unknown = own.value;
      if (depth === DEPTH || !isFollowed(held) || inner.has(held) || watched.has(held)) continue;
      const { root, path } = inner.get(owner) ?? { root: owner, path: '' };
      inner.set(held, { root, path: `${path}${name}.` });
      // The contents of a class's object are its own affair, except plain values, such as a schedule's number of steps.
      if (isPlainObject(held)) watch(held, 'all', depth + 1);
      else watch(held, plainFields(held), DEPTH);
    }
  };
  for (const [owner, fields] of watched) watch(owner, fields, 0);
  const outer = note;
  note = read;
  try {
    const result = run();
    const kept = [...reads.values()]
      .flatMap((fields) => [...fields.values()])
      .filter(({ owner, field }) => assigned.get(owner)?.has(field) !== true);
    return { result, noted: { reads: kept, counted } };
  } finally {
    note = outer;
    for (const restore of restores.reverse()) restore();
  }
}

/** Whether a field now contains something else than when it was read. */
export function hasChanged({ owner, field, value }: FieldRead): boolean {
  const now: unknown = Reflect.get(owner, field);
  if (!isList(value) || !isList(now)) return !Object.is(now, value);
  return now.length !== value.length || value.some((item, index) => !Object.is(now[index], item));
}

function shadowField(owner: object, name: string, own: PropertyDescriptor, assign: Note): () => void {
  let value: unknown = own.value;
  const get = (): unknown => {
    note?.(owner, name, value);
    return value;
  };
  const set = (next: unknown): void => {
    assign(owner, name, next);
    value = next;
  };
  Object.defineProperty(owner, name, { get, set, enumerable: own.enumerable === true, configurable: true });
  return () => {
    // A property that other code has put there since is left in place.
    if (Object.getOwnPropertyDescriptor(owner, name)?.get !== get) return;
    Object.defineProperty(owner, name, { ...own, value });
  };
}

/** Shadows a getter and setter of the class, such as a hyperparameter's. */
function shadowPair(owner: object, name: string, assign: Note): () => void {
  const prototype = Object.getPrototypeOf(owner) as object;
  const get = (): unknown => {
    const value: unknown = Reflect.get(prototype, name, owner);
    note?.(owner, name, value);
    return value;
  };
  const set = (next: unknown): void => {
    assign(owner, name, next);
    pairOf(prototype, name)?.set?.call(owner, next);
  };
  if (!Reflect.defineProperty(owner, name, { get, set, enumerable: false, configurable: true })) {
    return () => undefined;
  }
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.get === get) Reflect.deleteProperty(owner, name);
  };
}

/** Returns the names of properties that classes of an object define by a getter and a setter. */
function inheritedPairs(owner: object): string[] {
  const names = new Set<string>();
  for (let at = prototypeOf(owner); at !== null && at !== Object.prototype; at = prototypeOf(at)) {
    for (const [name, { get, set }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (get !== undefined && set !== undefined && !Object.hasOwn(owner, name)) names.add(name);
    }
  }
  return [...names];
}

function pairOf(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null; at = prototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function copyOf(value: unknown): unknown {
  return isList(value) ? [...value] : value;
}

function isList(value: unknown): value is ArrayLike<unknown> & unknown[] {
  const listed = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return listed && (value as unknown as ArrayLike<unknown>).length <= COPIED_ITEMS;
}

function isPlain(value: unknown): boolean {
  return ['number', 'string', 'boolean', 'bigint'].includes(typeof value);
}

function isPlainObject(value: object): boolean {
  return prototypeOf(value) === Object.prototype;
}

/** Whether a value is an object of a program, not of the language, such as a Map or a Date, and not a tensor. */
function isFollowed(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || value instanceof Tensor) return false;
  return Object.prototype.toString.call(value) === '[object Object]';
}

function plainFields(owner: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(owner)).flatMap(([name, own]) =>
    own.enumerable === true && isPlain(own.value) ? [name] : [],
  );
}
