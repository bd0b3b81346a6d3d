import type { ScheduleRun } from '../contracts';
import { FulgurError, isNumberOf, numbers, valueKind } from '../errors';

/** The time for which a group's parameters are frozen from the start of training. */
export interface Gate {
  /**
   * The number of epochs at the start in which the group is not trained: its gradients are dropped before clipping, and
   * it has no weight decay and no momentum, as with lightly's `cancel_last_layer_gradients`.
   */
  readonly frozenEpochs?: number | undefined;
  /** The same number in optimiser updates. */
  readonly frozenSteps?: number | undefined;
}

/**
 * Returns the gate of a group; `null` if it is open from the start.
 * @throws FulgurError `module` for inconsistent lengths.
 */
export function checkGate(kind: string, { frozenEpochs, frozenSteps }: Gate): Gate | null {
  for (const [name, length] of Object.entries<unknown>({ frozenEpochs, frozenSteps })) {
    if (length === undefined || isNumberOf(numbers.countFromZero, length)) continue;
    throw new FulgurError('module', {
      what: `A group of optim.${kind} has ${name} ${valueKind(length)}.`,
      fix: 'Use a whole number of 0 or more.',
    });
  }
  if ((frozenEpochs ?? 0) === 0 && (frozenSteps ?? 0) === 0) return null;
  return { frozenEpochs, frozenSteps };
}

/** Whether a group is trained in an update. */
export function isOpen({ frozenEpochs = 0, frozenSteps = 0 }: Gate, step: number, run: ScheduleRun): boolean {
  return step >= frozenSteps && (frozenEpochs === 0 || run.epoch >= frozenEpochs);
}
