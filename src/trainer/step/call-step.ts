import { FulgurError, messageOf } from '../../errors';
import { describeBatch } from './batch-tensors';

/**
 * Calls a step of the module. An error in the user's own code does not show where it occurred, so this function adds
 * that.
 * @param batch the input of the step, for the error.
 * @throws FulgurError `module`, also for an asynchronous step.
 */
export function callStep(module: object, step: string, batch: unknown, call: () => unknown): unknown {
  const { name } = module.constructor;
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw new FulgurError('module', {
      what: `The module ${name} failed in ${step}: ${messageOf(error)}.`,
      why: `Its input was ${describeBatch(batch)}.`,
      fix: 'Correct it there; with --trainer.compile false it runs operation by operation, and values can be inspected.',
      cause: error,
    });
  }
  if (!(returned instanceof Promise)) return returned;
  throw new FulgurError('module', {
    what: `${step} of ${name} returned a promise.`,
    fix: 'Make it synchronous: it is traced, and may call only tensor operations.',
  });
}
