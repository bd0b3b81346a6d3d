import { z } from 'zod';

export interface LocalSgdOptions {
  /** Updates that each rank makes alone between two averages (default 8). */
  readonly everyNSteps?: number;
}

export const localSgdOptions = z.strictObject({
  everyNSteps: z.int().positive().default(8),
});

export type LocalSgdSettings = z.output<typeof localSgdOptions>;
