import { FulgurError, nearestName } from '../../errors';
import { hookNames, misspeltHooks } from '../../metadata';
import { describeParticipant } from './hook-order';
import type { Participant } from './hook-order';

/**
 * A misspelt hook would silently never run. The decorators and `override` find most of them at compile time; this finds
 * the rest before a run begins.
 *
 * @throws FulgurError `plugin` or `module`, naming the method and the hook it may have meant.
 */
export function refuseMisspeltHooks(participants: readonly Participant[]): void {
  for (const participant of participants) {
    for (const method of misspeltHooks(participant.hooks)) {
      throw new FulgurError(participant.kind, {
        what: `${describeParticipant(participant)} has a method ${method}, which is no hook.`,
        why: 'It would never be called.',
        fix: `Did you mean ${nearestName(method, hookNames, Infinity)}? Else give it another name.`,
      });
    }
  }
}
