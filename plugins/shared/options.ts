import { z } from 'zod';
import { isPathName } from '../../src';

/** The option that distinguishes several plugins of one kind. */
export const nameOption = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "expected kebab-case, such as 'loss-stop'")
  .optional();

/** An option that names a file directly in the run folder. */
export function fileNameOption(name: string) {
  return z.string().refine(isPathName, 'expected a file name without a folder').default(name);
}
