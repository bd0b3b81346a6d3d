import type { RunEventBus } from '../../contracts';
import { messageOf } from '../../errors';
import { isInterruption, withLaterErrors } from '../hooks/hook-errors';
import type { HostHookRunner } from '../hooks/host-hook-runner';
import type { RunControl } from '../loop/run-control';
import { interrupted } from './fit-result';

export interface RunToEnd {
  readonly work: () => Promise<void>;
  readonly hooks: HostHookRunner;
  readonly control: RunControl;
  readonly events: RunEventBus;
  /** Free what the run made. */
  readonly releases: readonly (() => void | Promise<void>)[];
}

/**
 * Does a run's work and ends it in any case: `onException` after a failure or an interruption, `teardown` of everybody,
 * then the releases, whatever fails on the way.
 *
 * @throws what went wrong first, with what went wrong after it in its cause.
 */
export async function runToEnd({ work, hooks, control, events, releases }: RunToEnd): Promise<void> {
  const errors: unknown[] = [];
  const attempt = async (action: () => void | Promise<void>): Promise<void> => {
    try {
      await action();
    } catch (error) {
      errors.push(error);
    }
  };
  await attempt(async () => {
    try {
      await work();
    } catch (error) {
      // A task that breaks off on the user's wish has not failed.
      if (!isInterruption(error) || control.interruptReason === null) throw error;
    }
  });
  const [failure] = errors;
  const exception =
    failure ?? (control.interruptReason === null ? null : interrupted(control.interruptReason));
  if (exception !== null) errors.push(...(await hooks.callDespiteErrors('onException', [exception])));
  errors.push(...(await hooks.callDespiteErrors('teardown', [])));
  for (const release of releases) await attempt(release);

  for (const later of errors.slice(1)) events.emit('message', 'warning', messageOf(later));
  if (errors.length > 0) throw withLaterErrors(errors[0], errors.slice(1) as Error[]);
}
