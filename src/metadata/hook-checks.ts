import { hookTable } from '../contracts';
import type { Hooks, StepHooks } from '../contracts';

/**
 * A class's members, where each one whose name reads as a hook must have the type of that hook; a name that is not a
 * hook accepts nothing.
 */
export type CheckedHooks<T> = {
  [Key in keyof T]: Key extends keyof StepHooks
    ? Synchronous<T[Key], Key>
    : Key extends keyof Hooks
      ? Required<Hooks>[Key]
      : ReadsAsHook<Key> extends true
        ? NoSuchHook<Key & string>
        : unknown;
};

/** Names such as `onTrainEnds`, and hooks in other case: `setUp`, `onfitstart`. */
type ReadsAsHook<Key> = Key extends `on${Capitalize<string>}`
  ? true
  : Key extends string
    ? Lowercase<Key> extends Lowercase<keyof Hooks>
      ? true
      : false
    : false;

/** A step hook is traced, and cannot be awaited. */
type Synchronous<Method, Key extends keyof StepHooks> = Method extends (
  ...args: never[]
) => PromiseLike<unknown>
  ? StepHookIsSynchronous<Key>
  : Required<StepHooks>[Key];

/** Shown by the type checker if a method looks like a hook but is not one. */
interface NoSuchHook<Name extends string> {
  readonly 'no hook has this name': Name;
}

/** Shown by the type checker if a step hook is asynchronous. */
interface StepHookIsSynchronous<Name extends string> {
  readonly 'this hook must not be asynchronous': Name;
}

/** The name of every hook. */
export const hookNames: readonly string[] = Object.keys(hookTable);

/**
 * Returns methods that read as hooks but are not: `onTrainEnds`, `setUp`. They would silently never run. The type
 * checker finds public ones; this function finds all, including those of plain JavaScript.
 *
 * @param owner an object with hooks, or a class's prototype.
 */
export function misspeltHooks(owner: object): string[] {
  return methodNames(owner).filter(
    (name) => !hookNames.includes(name) && (/^on[A-Z]/.test(name) || isHookInOtherCase(name)),
  );
}

function isHookInOtherCase(name: string): boolean {
  return hookNames.some((hook) => hook.toLowerCase() === name.toLowerCase());
}

function methodNames(owner: object | null): string[] {
  if (owner === null || owner === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(owner))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name]) => name);
  return [...new Set([...own, ...methodNames(Object.getPrototypeOf(owner) as object | null)])];
}
