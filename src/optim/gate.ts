import type { ScheduleRun } from '../contracts';
import { FulgurError, isNumberOf, numbers, valueKind } from '../errors';

/** How long a group's parameters are held still from the beginning of training. */
export interface Gate {
  /**
   * Epochs at the beginning in which the group is not trained: its gradients are dropped before they are clipped, and it
   * has no weight decay and no momentum, as with lightly's `cancel_last_layer_gradients`.
   */
  readonly frozenEpochs?: number | undefined;
  /** The same in optimiser updates. */
  readonly frozenSteps?: number | undefined;
}

/**
 * The gate of a group; `null` where it is open from the beginning.
 *
 * @throws FulgurError `module` for lengths that make no sense.
 */
export function checkGate(kind: string, { frozenEpochs, frozenSteps }: Gate): Gate | null {
  for (const [name, length] of Object.entries<unknown>({ frozenEpochs, frozenSteps })) {
    if (length === undefined || isNumberOf(numbers.countFromZero, length)) continue;
    throw new FulgurError('module', {
      what: `A group of optim.${kind} has ${name} ${valueKind(length)}.`,
      fix: 'Give it a whole number from 0 up.',
    });
  }
  if ((frozenEpochs ?? 0) === 0 && (frozenSteps ?? 0) === 0) return null;
  return { frozenEpochs, frozenSteps };
}

/** Whether a group is trained in an update. */
export function isOpen({ frozenEpochs = 0, frozenSteps = 0 }: Gate, step: number, run: ScheduleRun): boolean {
  return step >= frozenSteps && (frozenEpochs === 0 || run.epoch >= frozenEpochs);
}
