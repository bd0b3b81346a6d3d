import * as tf from '@tensorflow/tfjs-core';
import { withoutNotingReads } from '../engine';
import { FulgurError } from '../errors';
import { isReservedName } from './state/tensor-names';
import { joinName, snakeCase } from './naming';
import { descriptionOf } from './parameter';
import type { Buffer, Parameter } from './parameter';

/** The members that a module itself owns, without those of its children; names are relative to it. */
export interface OwnMembers<M> {
  readonly parameters: readonly [name: string, parameter: Parameter][];
  readonly buffers: readonly [name: string, buffer: Buffer][];
  readonly children: readonly [name: string, child: M][];
}

/** One place in the tree; a module in two places is visited at both. */
export interface Visit<M> extends OwnMembers<M> {
  readonly name: string;
  readonly module: M;
}

/**
 * Visits every module from `root` down, owners before their children, in the order of declaration, as PyTorch does.
 *
 * @throws FulgurError `module` if the tree has a cycle, or if members are in places that are not searched.
 */
export function* walk<M extends object>(
  root: M,
  isModule: (value: unknown) => value is M,
  name = '',
  ancestors: readonly M[] = [],
): Generator<Visit<M>> {
  if (ancestors.includes(root)) {
    throw new FulgurError('module', {
      what: `Module ${className(root)} contains itself, at '${name}'.`,
      fix: 'Keep the owner in a #private field, which is not searched for modules.',
    });
  }
  const members = ownMembers(root, isModule);
  yield { name, module: root, ...members };
  for (const [childName, child] of members.children) {
    yield* walk(child, isModule, joinName(name, childName), [...ancestors, root]);
  }
}

function ownMembers<M extends object>(owner: M, isModule: (value: unknown) => value is M): OwnMembers<M> {
  const members = {
    parameters: new Map<string, Parameter>(),
    buffers: new Map<string, Buffer>(),
    children: new Map<string, M>(),
  };
  const seen = new Map<string, string>();

  const collect = (field: string, name: string, value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach((item: unknown, index) => collect(field, `${name}.${index}`, item));
      return;
    }
    const kind = isModule(value) ? 'children' : isVariable(value) ? roleOf(owner, field, value) : null;
    if (kind === null) {
      refuseHiddenMembers(owner, field, value, isModule);
      return;
    }
    if (isReservedName(name) || field.includes('.')) throw unreadable(owner, field);
    const other = seen.get(name);
    if (other !== undefined) throw sameName(owner, name, other, field);
    seen.set(name, field);
    (members[kind] as Map<string, unknown>).set(name, value);
  };

  for (const [field, value] of withoutNotingReads(() => Object.entries(owner)))
    collect(field, snakeCase(field), value);
  return {
    parameters: [...members.parameters],
    buffers: [...members.buffers],
    children: [...members.children],
  };
}

function roleOf(owner: object, field: string, variable: tf.Variable): 'parameters' | 'buffers' {
  const description = descriptionOf(variable);
  if (description === undefined) {
    throw new FulgurError('module', {
      what: `Field '${field}' of ${className(owner)} is a plain tf.Variable.`,
      why: 'It is unknown whether it should be trained.',
      fix: 'Create it with nn.parameter(...) to train it, or with nn.buffer(...) to keep it beside the parameters.',
    });
  }
  return description.role === 'parameter' ? 'parameters' : 'buffers';
}

/** Rejects a module in a Map, Set or plain object, which would silently be neither trained nor saved. */
function refuseHiddenMembers(
  owner: object,
  field: string,
  value: unknown,
  isModule: (value: unknown) => boolean,
): void {
  const isMember = (item: unknown): boolean =>
    isModule(item) || (isVariable(item) && descriptionOf(item) !== undefined);
  if (containerOf(value) === null || !holds(value, isMember, new Set())) return;
  throw new FulgurError('module', {
    what: `Field '${field}' of ${className(owner)} contains modules or parameters inside ${containerOf(value)}.`,
    why: 'They would be neither trained nor saved: only fields and arrays are searched.',
    fix: 'Put each one into its own field, or all into an array.',
  });
}

/** Whether containers, at any depth, contain a member. */
function holds(value: unknown, isMember: (item: unknown) => boolean, seen: Set<unknown>): boolean {
  if (isMember(value)) return true;
  if (seen.has(value)) return false;
  seen.add(value);
  return itemsOf(value).some((item) => holds(item, isMember, seen));
}

function itemsOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Map) return [...value.keys(), ...value.values()];
  if (value instanceof Set) return [...value];
  return isPlainObject(value) ? Object.values(value) : [];
}

function containerOf(value: unknown): string | null {
  if (value instanceof Map) return 'a Map';
  if (value instanceof Set) return 'a Set';
  return isPlainObject(value) ? 'a plain object' : null;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Rejects names with which a state could be saved but not read, or which could equal that of another member. */
function unreadable(owner: object, field: string): FulgurError {
  return new FulgurError('module', {
    what: `Field '${field}' of ${className(owner)} has a name that makes its checkpoints unreadable.`,
    fix: 'Rename it.',
  });
}

function sameName(owner: object, name: string, first: string, second: string): FulgurError {
  return new FulgurError('module', {
    what: `Fields '${first}' and '${second}' of ${className(owner)} both get the state-dict name '${name}'.`,
    fix: 'Rename one of them.',
  });
}

function isVariable(value: unknown): value is tf.Variable {
  return value instanceof tf.Variable;
}

function className(owner: object): string {
  // This is not the field of that name.
  return (Object.getPrototypeOf(owner) as object).constructor.name;
}
