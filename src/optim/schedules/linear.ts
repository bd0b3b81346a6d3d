import { FulgurError, numbers, requireNumbers } from '../../errors';
import type { Schedule } from '../schedule';
import { checkSpan, givenLength, spanLength, placeIn } from './span';
import type { Span } from './span';

export interface LinearSpanOptions extends Span {
  /** The first value. */
  readonly from: number;
  /** The last value, and all later ones. */
  readonly to: number;
}

/**
 * Equal steps from the first value to the last, both included, as in `numpy.linspace`; then the last value. With
 * `every: 'epoch'` it matches the teacher's temperature in lightly's `DINOLoss`.
 *
 * @example
 * this.scheduled(schedules.linear({ from: 0.04, to: 0.07, epochs: 30, every: 'epoch' }));
 * @throws FulgurError `config` for an invalid length.
 */
export function linear(options: LinearSpanOptions): Schedule {
  checkSpan('linear', options);
  const { from, to } = options;
  requireNumbers('A linear schedule', { from, to }, numbers.finite);
  return (step, run) => {
    const last = spanLength('linear', options, run) - 1;
    const place = placeIn(options, step, run);
    return place >= last ? to : from + ((to - from) * place) / last;
  };
}

export interface LinearWarmupOptions extends Span {
  /** The first value (default 0). */
  readonly from?: number;
  /** The value after the warm-up. */
  readonly to: number;
}

/**
 * Equal steps from the first value to `to`, which the first update after the warm-up reaches, as in lightly's
 * `linear_warmup_schedule`.
 *
 * @throws FulgurError `config` for a missing or invalid length.
 */
export function linearWarmup(options: LinearWarmupOptions): Schedule {
  checkSpan('linear warm-up', options);
  const { from = 0, to } = options;
  requireNumbers('A linear warm-up schedule', { from, to }, numbers.finite);
  if (options.steps === undefined && options.epochs === undefined) {
    throw new FulgurError('config', {
      what: 'A linear warm-up schedule got no length.',
      fix: 'Set steps or epochs.',
    });
  }
  return (step, run) => {
    const length = givenLength(options, run) ?? 0;
    const place = placeIn(options, step, run);
    return place >= length ? to : from + (place / length) * (to - from);
  };
}
