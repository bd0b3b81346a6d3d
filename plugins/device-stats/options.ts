import { z } from 'zod';

export interface DeviceStatsOptions {
  /** Log after every n-th update (default 10). */
  readonly everyNSteps?: number;
}

export const deviceStatsOptions = z.strictObject({
  everyNSteps: z.int().positive().default(10),
});

export type DeviceStatsSettings = z.output<typeof deviceStatsOptions>;
