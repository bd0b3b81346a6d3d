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
  onSanityCheckStart: true,
  onSanityCheckEnd: true,
  onValidationStart: true,
  onValidationEpochStart: true,
  onValidationBatchStart: true,
  onValidationBatchEnd: true,
  onValidationEpochEnd: true,
  onValidationEnd: true,
  onTestStart: true,
  onTestEpochStart: true,
  onTestBatchStart: true,
  onTestBatchEnd: true,
  onTestEpochEnd: true,
  onTestEnd: true,
  onPredictStart: true,
  onPredictEpochStart: true,
  onPredictBatchStart: true,
  onPredictBatchEnd: true,
  onPredictEpochEnd: true,
  onPredictEnd: true,
  teardown: true,
  onException: true,
  onSaveCheckpoint: true,
  onLoadCheckpoint: true,
};

/** The name of every hook. */
export const hookNames: readonly string[] = Object.keys(known);

/**
 * Methods that read as hooks and are none: `onTrainEnds`, `setUp`. They would silently never run. The type checker finds
 * public ones; this finds all, also those of plain JavaScript.
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
