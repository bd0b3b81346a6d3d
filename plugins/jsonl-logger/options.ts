import { z } from 'zod';
import { fileNameOption } from '../shared/file-name-option';

export interface JsonlLoggerOptions {
  /** Name of the file inside the run folder (default `metrics.jsonl`). */
  readonly fileName?: string;
}

export const jsonlLoggerOptions = z.strictObject({ fileName: fileNameOption('metrics.jsonl') });

export type JsonlLoggerSettings = z.output<typeof jsonlLoggerOptions>;
