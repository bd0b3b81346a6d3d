import { z } from 'zod';

export interface DataParallelOptions {
  /** Size of a bucket of gradients, in MiB (default 25, as PyTorch). */
  readonly bucketMiB?: number;
}

export const dataParallelOptions = z.strictObject({
  bucketMiB: z.number().positive().default(25),
});

export type DataParallelSettings = z.output<typeof dataParallelOptions>;
