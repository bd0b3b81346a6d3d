import { closest } from 'fastest-levenshtein';
import type { Hooks } from '../../contracts';
import { FulgurError } from '../../errors';
import { describeParticipant } from './hook-order';
import type { Participant } from './hook-order';

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

/**
 * A misspelt hook would silently never run: every `on...` method has to be a hook. The decorators and `override`
 * find most of them at compile time; this finds the rest before a run begins.
 *
 * @throws FulgurError `plugin` or `module`, naming the method and the hook it may have meant.
 */
export function refuseMisspeltHooks(participants: readonly Participant[]): void {
  for (const participant of participants) {
    for (const method of methodNames(participant.hooks)) {
      if (!/^on[A-Z]/.test(method) || method in known) continue;
      throw new FulgurError(participant.kind, {
        what: `${describeParticipant(participant)} has a method ${method}, which is no hook.`,
        why: 'It would never be called.',
        fix: `Did you mean ${closest(method, Object.keys(known))}? Else give it a name that does not begin with 'on'.`,
      });
    }
  }
}

function methodNames(object: object): string[] {
  const names: string[] = [];
  for (
    let owner: object | null = object;
    owner !== null && owner !== Object.prototype;
    owner = parentOf(owner)
  ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (typeof value === 'function' && !names.includes(name)) names.push(name);
    }
  }
  return names;
}

function parentOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}
