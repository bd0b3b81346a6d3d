import { basename } from 'node:path';
import { z } from 'zod';

/** An option that names a file of the run folder itself. */
export function fileNameOption(name: string) {
  return z
    .string()
    .refine(
      (value) => value !== '' && value !== '..' && basename(value) === value,
      'expected a file name without a folder',
    )
    .default(name);
}
