import { FulgurError } from '../../errors';

/**
 * Batches that a limit leaves: a whole number of them, or a fraction below 1; `null` leaves all.
 *
 * @param option the limit's name in errors.
 * @throws FulgurError `trainer` where a fraction leaves none.
 */
export function limitBatches(available: number, limit: number | null | undefined, option: string): number {
  if (limit === undefined || limit === null) return available;
  if (limit >= 1 || limit === 0) return Math.min(Math.floor(limit), available);
  const batches = Math.floor(available * limit);
  if (batches > 0 || available < 1) return batches;
  throw new FulgurError('trainer', {
    what: `trainer.${option} is ${limit}, which is less than one of ${available} batches.`,
    fix: `Set it to at least ${Math.ceil((1 / available) * 1000) / 1000}, or to a whole number of batches.`,
  });
}

/** Batches that `fastDevRun` asks for; `null` where it is off. */
export function fastBatches(fastDevRun: boolean | number | undefined): number | null {
  if (fastDevRun === undefined || fastDevRun === false || fastDevRun === 0) return null;
  return fastDevRun === true ? 1 : fastDevRun;
}
