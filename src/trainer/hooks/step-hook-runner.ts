import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, PluginHooks, StepContext, StepHooks } from '../../contracts';
import { watchVariables } from '../../engine';
import { FulgurError } from '../../errors';
import type { LogRouter, StepLogCollector } from '../log/log-router';
import type { VariableOwners } from '../step/variable-owners';
import { stepHookFailure } from './hook-errors';
import { describeParticipant, loggerName } from './participants';
import type { Participant } from './participants';

/** Calls step hooks in hook order while a step is traced; a returned value replaces the input of the next hook. */
export class StepHookRunner {
  readonly #participants: readonly Participant[];
  readonly #log: LogRouter;
  readonly #owners: VariableOwners;

  constructor(participants: readonly Participant[], log: LogRouter, owners: VariableOwners) {
    this.#owners = owners;
    this.#participants = participants;
    this.#log = log;
  }

  /** The plugins, with their names in errors. */
  owners(): ReadonlyMap<object, string> {
    const plugins = this.#participants.filter(({ kind }) => kind === 'plugin');
    return new Map(plugins.map((plugin) => [plugin.hooks, describeParticipant(plugin)]));
  }

  /** Whether any plugin has a hook for the output of `forward`. */
  get watchesForward(): boolean {
    return this.#participants.some(({ hooks }) => hooks.onAfterForward !== undefined);
  }

  afterForward(output: unknown, step: StepLogCollector): void {
    this.#each('onAfterForward', step, (hooks, context) => hooks.onAfterForward?.(output, context));
  }

  beforeBackward(loss: tf.Scalar, step: StepLogCollector): tf.Scalar {
    let current = loss;
    this.#each('onBeforeBackward', step, (hooks, context) => {
      const returned: unknown = hooks.onBeforeBackward?.(current, context);
      if (returned !== undefined) current = requireScalar(returned);
    });
    return current;
  }

  afterBackward(gradients: Gradients, step: StepLogCollector): Gradients {
    return this.#passGradients('onAfterBackward', gradients, step);
  }

  beforeOptimizerStep(gradients: Gradients, step: StepLogCollector): Gradients {
    return this.#passGradients('onBeforeOptimizerStep', gradients, step);
  }

  #passGradients(
    hook: 'onAfterBackward' | 'onBeforeOptimizerStep',
    gradients: Gradients,
    step: StepLogCollector,
  ): Gradients {
    let current = gradients;
    this.#each(hook, step, (hooks, context) => {
      const returned: unknown = hooks[hook]?.(current, context);
      if (returned !== undefined) current = requireGradients(returned, current);
    });
    return current;
  }

  #each(
    hook: keyof StepHooks,
    step: StepLogCollector,
    call: (hooks: PluginHooks, context: StepContext) => unknown,
  ): void {
    for (const participant of this.#participants) {
      if (participant.hooks[hook] === undefined) continue;
      const by = loggerName(participant);
      const context: StepContext = {
        log: (name, value, options) => this.#log.logFromStepHook(step, hook, by, name, value, options),
      };
      try {
        const { result, use } = watchVariables(() => ({
          returned: this.#log.inStep(hook, step, () => call(participant.hooks, context)),
        }));
        if (result.returned instanceof Promise) throw promiseReturned();
        if (participant.kind === 'module') this.#owners.check(hook, use);
        else this.#owners.checkPlugin(participant.hooks, use);
      } catch (error) {
        throw stepHookFailure(participant, hook, error);
      }
    }
  }
}

function requireScalar(returned: unknown): tf.Scalar {
  refusePromise(returned);
  if (returned instanceof tf.Tensor && returned.rank === 0) return returned as tf.Scalar;
  throw new FulgurError('plugin', {
    what: 'it returned a value that is not a scalar tensor.',
    fix: 'Return the new loss, or nothing.',
  });
}

function requireGradients(returned: unknown, before: Gradients): Gradients {
  refusePromise(returned);
  if (!(returned instanceof Map)) {
    throw new FulgurError('plugin', {
      what: 'it returned a value that is not a map of gradients.',
      fix: 'Return a Map from parameter names to gradients, or nothing.',
    });
  }
  const gradients = returned as Gradients;
  const lost = [...before.keys()].filter((name) => !gradients.has(name));
  if (lost.length > 0) {
    throw new FulgurError('plugin', {
      what: `the map that it returned lacks the gradients of ${lost.join(', ')}.`,
      fix: 'Return a gradient for each parameter in the given map; freeze() a parameter that is not to be trained.',
    });
  }
  return gradients;
}

function refusePromise(returned: unknown): void {
  if (returned instanceof Promise) throw promiseReturned();
}

function promiseReturned(): FulgurError {
  return new FulgurError('plugin', {
    what: 'it returned a promise.',
    why: 'Step hooks run once, while the step is traced, and are not awaited.',
    fix: 'Make it synchronous, and do slow work in a host hook such as onTrainBatchEnd.',
  });
}
