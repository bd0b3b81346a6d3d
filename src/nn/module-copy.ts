import * as tf from '@tensorflow/tfjs-core';
import { FulgurError, withArticle } from '../errors';
import { rememberModule } from './made-modules';
import { Module } from './module';
import { copyAsBuffer, descriptionOf } from './parameter';
import { privateMembersOf } from './private-members';

/**
 * Returns a copy of a module tree in which parameters and buffers become buffers with the same values. An object in
 * several places of the tree is also in the same places of the copy. Tensors, and immutable values, are shared.
 *
 * @throws FulgurError `module` for members of which a copy could not have its own: functions, objects of other classes,
 *   `#private` members.
 */
export function copyOf<M extends Module>(module: M): M {
  const copies: Copies = new Map();
  try {
    return copyModule(module, copies) as M;
  } catch (error) {
    for (const copy of copies.values()) if (copy instanceof tf.Variable) copy.dispose();
    throw error;
  }
}

/** Objects copied so far, so that each is copied once. */
type Copies = Map<object, unknown>;

/** The place of a value: `field 'options' of Mlp`. */
type Place = string;

function copyModule(module: Module, copies: Copies): Module {
  refusePrivateMembers(module);
  const copy = Object.create(Object.getPrototypeOf(module) as object) as Module;
  copies.set(module, copy);
  for (const key of Reflect.ownKeys(module)) {
    const own = Object.getOwnPropertyDescriptor(module, key);
    const place = `field '${String(key)}' of ${module.constructor.name}`;
    if (own === undefined) continue;
    if (own.get !== undefined || own.set !== undefined) throw uncopiable(place, 'a getter or setter');
    Object.defineProperty(copy, key, { ...own, value: copyValue(own.value, place, copies) });
  }
  rememberModule(copy);
  return copy;
}

function copyValue(value: unknown, place: Place, copies: Copies): unknown {
  if (typeof value === 'function') return shareClass(value, place);
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value);
  if (value instanceof Module) return copyModule(value, copies);
  if (value instanceof tf.Variable) {
    return remembered(value, copyVariable(value as tf.Variable, place), copies);
  }
  // Nothing changes the values of a tensor.
  if (value instanceof tf.Tensor || value instanceof Date || value instanceof RegExp) return value;
  if (ArrayBuffer.isView(value)) return remembered(value, structuredClone(value), copies);
  const inner = (item: unknown): unknown => copyValue(item, place, copies);
  if (Array.isArray(value))
    return filled<unknown[]>(value, [], copies, (copy) => copy.push(...value.map(inner)));
  if (value instanceof Map) {
    return filled(value, new Map<unknown, unknown>(), copies, (copy) => {
      for (const [key, item] of value) copy.set(inner(key), inner(item));
    });
  }
  if (value instanceof Set) {
    return filled(value, new Set<unknown>(), copies, (copy) => {
      for (const item of value) copy.add(inner(item));
    });
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw uncopiable(place, `an object of class ${value.constructor.name}`);
  }
  return filled(value, Object.create(prototype) as Record<string, unknown>, copies, (copy) => {
    for (const [key, item] of Object.entries(value)) copy[key] = inner(item);
  });
}

function copyVariable(variable: tf.Variable, place: Place): tf.Variable {
  const description = descriptionOf(variable);
  if (description === undefined) throw uncopiable(place, 'a plain tf.Variable');
  return copyAsBuffer(variable, description);
}

function remembered<T>(original: object, copy: T, copies: Copies): T {
  copies.set(original, copy);
  return copy;
}

/** A copy that may contain itself: it is recorded before it is filled. */
function filled<T>(original: object, copy: T, copies: Copies, fill: (copy: T) => void): T {
  copies.set(original, copy);
  fill(copy);
  return copy;
}

/** A class has no reference to the object that contains it; any other function may have one. */
function shareClass(value: object, place: Place): object {
  if (Function.prototype.toString.call(value).startsWith('class')) return value;
  throw uncopiable(place, 'a function');
}

function refusePrivateMembers(module: Module): void {
  const members = privateMembersOf(module);
  if (members === null) return;
  throw new FulgurError('module', {
    what: `teacherOf cannot copy ${withArticle(members.owner)}: it has the #private member ${members.names.join(', ')}.`,
    why: 'Only a constructor can add #private members to an object.',
    fix: `Make it 'private' of TypeScript, or tell teacherOf how to build another one: { build: () => new ${members.owner}(...) }.`,
  });
}

function uncopiable(place: Place, what: string): FulgurError {
  return new FulgurError('module', {
    what: `teacherOf cannot copy ${place}, ${what}.`,
    why: 'It may refer to the module that is copied, and the teacher would compute with that.',
    fix: 'Tell teacherOf how to build the module again: { build: () => new TheModule(...) }.',
  });
}
