import type { Hooks } from '../contracts';

// A record, so that the type checker sees to it that no hook is forgotten.
const known: Readonly<Record<keyof Hooks, true>> = {
  onAfterForward: true,
  onBeforeBackward: true,
  onAfterBackward: true,
  onBeforeOptimizerStep: true,
  setup: true,
  onFitStart: true,
  onTrainStart: true,
  onTrainEpochStart: true,
  onTrainBatchStart: true,
  onTrainBatchEnd: true,
  onTrainEpochEnd: true,
  onTrainEnd: true,
  onFitEnd: true,
  teardown: true,
  onException: true,
  onSaveCheckpoint: true,
  onLoadCheckpoint: true,
};

/** The name of every hook. */
export const hookNames: readonly string[] = Object.keys(known);

/**
 * Methods of a class that read as hooks and are none: `onTrainEnds`, `setUp`. They would silently never run. The type
 * checker finds public ones; this finds all, also those of plain JavaScript.
 */
export function misspeltHooks(type: new (...services: never[]) => object): string[] {
  return methodNames(type.prototype as object | null).filter(
    (name) => !hookNames.includes(name) && (/^on[A-Z]/.test(name) || isHookInOtherCase(name)),
  );
}

function isHookInOtherCase(name: string): boolean {
  return hookNames.some((hook) => hook.toLowerCase() === name.toLowerCase());
}

function methodNames(prototype: object | null): string[] {
  if (prototype === null || prototype === Object.prototype) return [];
  const own = Object.entries(Object.getOwnPropertyDescriptors(prototype))
    .filter(([, { value }]) => typeof value === 'function')
    .map(([name]) => name);
  return [...new Set([...own, ...methodNames(Object.getPrototypeOf(prototype) as object | null)])];
}
