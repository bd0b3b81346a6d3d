import { z } from 'zod';
import { isPathName } from '../../src';

/** An option that names a file of the run folder itself. */
export function fileNameOption(name: string) {
  return z.string().refine(isPathName, 'expected a file name without a folder').default(name);
}
