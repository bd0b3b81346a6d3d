import { z } from 'zod';

export interface TensorboardLoggerOptions {
  /** Record the hyperparameters for TensorBoard's HPARAMS tab (default `true`). */
  readonly hyperparameters?: boolean;
}

export const tensorboardLoggerOptions = z.strictObject({ hyperparameters: z.boolean().default(true) });

export type TensorboardLoggerSettings = z.output<typeof tensorboardLoggerOptions>;
