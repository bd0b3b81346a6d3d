import { z } from 'zod';

export interface ThroughputOptions {
  /** Batches that the figures are made of: the newest ones (default 50). */
  readonly window?: number;
  /** Share of its time that training may wait for data before a warning (default 0.2). */
  readonly warnAbove?: number;
}

export const throughputOptions = z.strictObject({
  window: z.int().positive().default(50),
  warnAbove: z.number().min(0).max(1).default(0.2),
});

export type ThroughputSettings = z.output<typeof throughputOptions>;
