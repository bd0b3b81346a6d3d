import { z } from 'zod';

export interface ModelSummaryOptions {
  /** Levels of modules below the model that are shown; -1 for all (default 1). */
  readonly maxDepth?: number;
}

export const modelSummaryOptions = z.strictObject({
  maxDepth: z.int().min(-1).default(1),
});

export type ModelSummarySettings = z.output<typeof modelSummaryOptions>;
