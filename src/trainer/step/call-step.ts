import { FulgurError, messageOf } from '../../errors';
import { describeBatch } from './batch-tensors';

/**
 * Calls a step of the module. An error of the user's own code does not say where it comes from, so this says it.
 *
 * @param batch what the step was given, for the error.
 * @throws FulgurError `module`, also for a step that is asynchronous.
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
      why: `It was given ${describeBatch(batch)}.`,
      fix: 'Correct it there; with --trainer.compile false it runs operation by operation, with values to look at.',
      cause: error,
    });
  }
  if (!(returned instanceof Promise)) return returned;
  throw new FulgurError('module', {
    what: `${step} of ${name} returned a promise.`,
    fix: 'Make it synchronous: it is traced, and may only call tensor operations.',
  });
}
