import { z } from 'zod';

export interface LearningRateMonitorOptions {
  /** Log before every update, or at the beginning of each epoch (default `step`). */
  readonly interval?: 'step' | 'epoch';
}

export const learningRateMonitorOptions = z.strictObject({
  interval: z.enum(['step', 'epoch']).default('step'),
});

export type LearningRateMonitorSettings = z.output<typeof learningRateMonitorOptions>;
