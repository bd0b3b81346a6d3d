import type { HookContext, Hooks, PluginHooks } from '../../../src/contracts';

const everyHook: readonly (keyof Hooks)[] = [
  'setup',
  'onFitStart',
  'onTrainStart',
  'onTrainEpochStart',
  'onTrainBatchStart',
  'onAfterForward',
  'onBeforeBackward',
  'onAfterBackward',
  'onBeforeOptimizerStep',
  'onTrainBatchEnd',
  'onTrainEpochEnd',
  'onTrainEnd',
  'onFitEnd',
  'onSanityCheckStart',
  'onSanityCheckEnd',
  'onValidationStart',
  'onValidationEpochStart',
  'onValidationBatchStart',
  'onValidationBatchEnd',
  'onValidationEpochEnd',
  'onValidationEnd',
  'onTestStart',
  'onTestEpochStart',
  'onTestBatchStart',
  'onTestBatchEnd',
  'onTestEpochEnd',
  'onTestEnd',
  'onPredictStart',
  'onPredictEpochStart',
  'onPredictBatchStart',
  'onPredictBatchEnd',
  'onPredictEpochEnd',
  'onPredictEnd',
  'teardown',
  'onException',
  'onSaveCheckpoint',
  'onLoadCheckpoint',
];

export type Overrides = Partial<Record<keyof Hooks, (context: HookContext, calls: number) => unknown>>;

/** All hooks there are; each notes `<name> <hook>` in `calls`, and then does what `overrides` says. */
export function recordingHooks(name: string, calls: string[], overrides: Overrides = {}): PluginHooks {
  const hooks: Record<string, (...args: unknown[]) => unknown> = {};
  for (const hook of everyHook) {
    let count = 0;
    hooks[hook] = (...args) => {
      calls.push(`${name} ${hook}`);
      return overrides[hook]?.(args[0] as HookContext, count++);
    };
  }
  return hooks;
}

/** What one participant was called for, in order. */
export function callsOf(name: string, calls: readonly string[]): string[] {
  return calls.flatMap((call) => (call.startsWith(`${name} `) ? [call.slice(name.length + 1)] : []));
}
