import { z } from 'zod';
import { problemOfTemplate } from './checkpoint-name';

export interface CheckpointingOptions<Metric extends string = string> {
  /** Save at the end of every n-th epoch (default 1); `null` for never. */
  readonly everyNEpochs?: number | null;
  /** Save after every n-th optimiser update (default `null`: never). */
  readonly everyNSteps?: number | null;
  /** Save at the first update that ends so many seconds after the last save (default `null`: never). */
  readonly everyNSeconds?: number | null;
  /** Save after each validation in the middle of an epoch (default `true`). */
  readonly afterValidation?: boolean;
  /** Save when training ends, unless that state is saved already (default `true`). */
  readonly saveOnTrainEnd?: boolean;
  /** Save when the run fails or is interrupted (default `true`). */
  readonly saveOnException?: boolean;
  /**
   * Keep the newest checkpoints, whatever their metric (default `true`). Otherwise only the best are saved; and, until there
   * is a newer one, what a run leaves behind that fails or is interrupted.
   */
  readonly saveLast?: boolean;
  /**
   * How many of the newest to keep, besides the best (default 2: should the last one be damaged, the one before is there);
   * `'all'` deletes none.
   */
  readonly keepLast?: number | 'all';
  /** The logged metric that ranks checkpoints (default `null`: none is best). */
  readonly monitor?: Metric | null;
  /** A monitor that should have been logged by the end of an epoch, and was not, is an error (default `true`). */
  readonly strict?: boolean;
  /** Whether a small or a large value of `monitor` is good (default `min`). */
  readonly mode?: 'min' | 'max';
  /** How many of the best by `monitor` to keep (default 1). */
  readonly saveTopK?: number;
  /**
   * Name of a checkpoint's folder (default `epoch={epoch}-step={step}`). `{epoch}`, `{step}` and names of metrics stand for
   * their values, in Python's formats where they have one: `epoch={epoch:02d}-loss={val/loss:.3f}` is `epoch=03-loss=0.512`.
   * A metric that was not logged yet is `none`. Nothing is put in by itself, as with Lightning's
   * `auto_insert_metric_name=False`. A name that is taken gets `-v2` behind it.
   */
  readonly filename?: string;
}

const interval = z.number().int().positive().nullable();

export const checkpointingOptions = z
  .strictObject({
    everyNEpochs: interval.default(1),
    everyNSteps: interval.default(null),
    everyNSeconds: z.number().positive().nullable().default(null),
    afterValidation: z.boolean().default(true),
    saveOnTrainEnd: z.boolean().default(true),
    saveOnException: z.boolean().default(true),
    saveLast: z.boolean().default(true),
    keepLast: z
      .union([z.number().int().positive(), z.literal('all')], "expected a whole number from 1, or 'all'")
      .default(2),
    monitor: z.string().min(1).nullable().default(null),
    strict: z.boolean().default(true),
    mode: z.enum(['min', 'max']).default('min'),
    saveTopK: z
      .number()
      .int()
      .positive("expected a whole number from 1; keepLast: 'all' keeps all, monitor: null ranks none")
      .default(1),
    filename: z
      .string()
      .superRefine((template, context) => {
        const problem = problemOfTemplate(template);
        if (problem !== null) context.addIssue(`expected ${problem}`);
      })
      .default('epoch={epoch}-step={step}'),
  })
  .refine(({ saveLast, monitor }) => saveLast || monitor !== null, {
    message: 'saveLast: false without a monitor would keep nothing',
  });

export type CheckpointingSettings = z.output<typeof checkpointingOptions>;
