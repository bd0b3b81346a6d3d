import { z } from 'zod';

/** Which training steps are looked into. */
export interface OperationOptions {
  /** Updates to look into (default 1). */
  readonly steps?: number;
  /** Batches to let pass before, of this run (default 3). */
  readonly after?: number;
}

export interface ProfilerOptions {
  /** Also tell how long TensorFlow's operations take within a training step (default `false`). */
  readonly operations?: boolean | OperationOptions;
  /** Rows of each table that are printed; the files hold all (default 15). */
  readonly rows?: number;
}

const operations = z.strictObject({
  steps: z.int().positive().default(1),
  after: z.int().nonnegative().default(3),
});

export const profilerOptions = z.strictObject({
  operations: z
    .union([z.boolean(), operations], 'expected true, false, or an object of steps and after')
    .default(false)
    .transform((value) => (value === true ? operations.parse({}) : value)),
  rows: z.int().positive().default(15),
});

export type ProfilerSettings = z.output<typeof profilerOptions>;
