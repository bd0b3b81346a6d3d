import * as tf from '@tensorflow/tfjs-core';
import { stepInput } from '../engine';
import { FulgurError } from '../errors';
import type { Scheduled } from './schedule';
import type { Slots } from './slots';
import type { StepFacts } from './stepped-optimizer';

export interface MomentumOptions {
  /** The fraction of the earlier direction that is kept (default 0: none). */
  readonly momentum?: Scheduled;
  /** The fraction of the new direction that is left out from the second step on (default 0). */
  readonly dampening?: Scheduled;
  /** Look ahead along the momentum, as in Nesterov's method (default `false`). */
  readonly nesterov?: boolean;
}

/** PyTorch's name for the slot of the momentum. */
const MOMENTUM_SLOT = 'momentum_buffer';

/** Returns the slots that a parameter needs with these options. */
export function momentumSlots({ momentum = 0 }: MomentumOptions): readonly string[] {
  return momentum === 0 ? [] : [MOMENTUM_SLOT];
}

/** @throws FulgurError `module` for Nesterov's momentum without momentum or with dampening. */
export function checkMomentum(kind: string, options: MomentumOptions): void {
  const { momentum = 0, dampening = 0, nesterov = false } = options;
  const isThere = typeof momentum === 'function' || momentum > 0;
  if (!nesterov || (isThere && dampening === 0)) return;
  throw new FulgurError('module', {
    what: `optim.${kind} got nesterov with momentum ${shown(momentum)} and dampening ${shown(dampening)}.`,
    fix: "Nesterov's method requires a momentum above 0 and no dampening.",
  });
}

function shown(option: Scheduled): string {
  return typeof option === 'number' ? String(option) : 'by a schedule';
}

/** Turns a new direction into the one of the update, and updates the parameter's momentum. */
export type MomentumRule = (parameterName: string, direction: tf.Tensor) => tf.Tensor;

export function momentumRule(
  { momentum = 0, dampening = 0, nesterov = false }: MomentumOptions,
  slots: Slots,
  { updates, factor, valueOf }: Pick<StepFacts, 'updates' | 'factor' | 'valueOf'>,
): MomentumRule {
  if (momentum === 0) return (_, direction) => direction;
  // A parameter's first step uses the whole new direction.
  const share = dampening === 0 ? null : stepInput(() => (updates() === 0 ? 1 : 1 - valueOf(dampening)));
  const keeping = factor(momentum);
  return (parameterName, direction) => {
    const kept = slots.of(MOMENTUM_SLOT, parameterName);
    const fresh = share === null ? direction : tf.mul(direction, share);
    kept.assign(tf.add(tf.mul(kept, keeping), fresh));
    return nesterov ? tf.add(direction, tf.mul(kept, keeping)) : kept;
  };
}
