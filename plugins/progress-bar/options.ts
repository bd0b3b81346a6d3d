import { z } from 'zod';

/** Where the lines go: `process.stdout` or anything written to like it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressBarOptions {
  /** Default `process.stdout`. */
  readonly stream?: OutputStream;
  /** Without a terminal: the least seconds between two lines about the same epoch (default 10). */
  readonly plainEverySeconds?: number;
}

export const progressBarOptions = z.strictObject({
  stream: z
    .custom<OutputStream>(
      (value) => typeof (value as OutputStream | null)?.write === 'function',
      'expected a stream',
    )
    .default(() => process.stdout as OutputStream),
  plainEverySeconds: z.number().positive().default(10),
});

export type ProgressBarSettings = z.output<typeof progressBarOptions>;
