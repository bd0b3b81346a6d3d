import { z } from 'zod';
import { fileNameOption } from '../shared/file-name-option';

export interface CsvLoggerOptions {
  /** Name of the file inside the run folder (default `metrics.csv`). */
  readonly fileName?: string;
}

export const csvLoggerOptions = z.strictObject({ fileName: fileNameOption('metrics.csv') });

export type CsvLoggerSettings = z.output<typeof csvLoggerOptions>;
