import { basename } from 'node:path';
import { z } from 'zod';

export interface CsvLoggerOptions {
  /** Name of the file inside the run folder (default `metrics.csv`). */
  readonly fileName?: string;
}

export const csvLoggerOptions = z.strictObject({
  fileName: z
    .string()
    .refine(
      (name) => name !== '' && name !== '..' && basename(name) === name,
      'expected a file name without a folder',
    )
    .default('metrics.csv'),
});

export type CsvLoggerSettings = z.output<typeof csvLoggerOptions>;
