import { z } from 'zod';
import { isPathName } from '../../src';

/** The option that tells several plugins of one kind apart. */
export const nameOption = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "expected kebab-case, such as 'loss-stop'")
  .optional();

/** An option that names a file of the run folder itself. */
export function fileNameOption(name: string) {
  return z.string().refine(isPathName, 'expected a file name without a folder').default(name);
}
