import { setImmediate } from 'node:timers/promises';
import type { RunEventBus, RunTask, TaskReport } from '../../contracts';
import type { RunControl } from '../loop/run-control';
import { endingOf } from '../loop/run-control';
import { interrupted } from './fit-result';

/** Longest time in which a task gives no way to signals, where its own parts are shorter. */
const YIELD_MILLISECONDS = 20;

/**
 * Runs long pieces of work for hooks: says how far they are, and breaks them off when the user wants the run to end. Of
 * several ranks one alone may not leave what all do together: there the work is finished first.
 */
export function taskRunner(control: RunControl, events: RunEventBus): RunTask {
  return (name, work) => {
    return control.during(endingOf(control, name), async () => {
      const started = performance.now();
      let yieldedAt = started;
      let standing = { name, done: 0, total: 0 };
      const report: TaskReport = async (done, total) => {
        standing = { name, done, total };
        events.emit('taskProgress', standing);
        if (performance.now() - yieldedAt >= YIELD_MILLISECONDS) {
          await setImmediate();
          yieldedAt = performance.now();
        }
        if (control.isAlone && control.interruptReason !== null) throw interrupted(control.interruptReason);
      };
      events.emit('taskStarted', standing);
      try {
        return await work(report);
      } finally {
        events.emit('taskEnded', standing, (performance.now() - started) / 1000);
      }
    });
  };
}
