import { FulgurError } from '../../../src/errors';

/** The kind and the message of the FulgurError that `action` throws. */
export function failureOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof FulgurError) return `${error.kind}: ${error.message}`;
    throw error;
  }
  return 'no failure';
}

/** The kind and the message of the FulgurError that a promise ends with. */
export async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return failureOf(() => {
      throw error;
    });
  }
  return 'no failure';
}
