import { z } from 'zod';

interface Schedule {
  /** Updates before the first that counts (default 0). */
  readonly startStep?: number;
  /** Epochs before the first that counts (default 0). */
  readonly startEpoch?: number;
  /** Whether running statistics are averaged too, and not taken from the model as they are (default `true`). */
  readonly useBuffers?: boolean;
  /** Write the averaged model to `averaged.safetensors` in the run's folder at the end of training (default `true`). */
  readonly save?: boolean;
}

/** An exponential moving average: `average = decay · average + (1 − decay) · weights`. */
export interface EmaOptions extends Schedule {
  readonly kind: 'ema';
  /** Share of the old average in the new one (default 0.999). */
  readonly decay?: number;
  /** Average after every n-th update, the first included; `null`: after the last one of each epoch (default 1). */
  readonly everyNSteps?: number | null;
}

/** The mean of all weights that counted. */
export interface SwaOptions extends Schedule {
  readonly kind: 'swa';
  /** As of the moving average, but the default is `null`: once an epoch. */
  readonly everyNSteps?: number | null;
}

export type WeightAveragingOptions = EmaOptions | SwaOptions;

const everyNSteps = z.int().positive().nullable();
const schedule = {
  startStep: z.int().nonnegative().default(0),
  startEpoch: z.int().nonnegative().default(0),
  useBuffers: z.boolean().default(true),
  save: z.boolean().default(true),
};

export const weightAveragingOptions = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ema'),
    decay: z.number().min(0).max(1).default(0.999),
    everyNSteps: everyNSteps.default(1),
    ...schedule,
  }),
  z.strictObject({ kind: z.literal('swa'), everyNSteps: everyNSteps.default(null), ...schedule }),
]);

export type WeightAveragingSettings = z.output<typeof weightAveragingOptions>;
