import { z } from 'zod';
import { pluginName } from '../shared/plugin-name';

export interface CollapseSentinelOptions<Watch extends string = string> {
  /** The key of what the module's `forward` returns that holds the representation, `[batch, d]`. */
  readonly watch: Watch;
  /** Tells several sentinels of a run apart, in checkpoints; all but one need a name. */
  readonly name?: string;
  /** Values below this count as collapsing (default 0.5). */
  readonly warnBelow?: number;
  /** Steps in a row that must lie below before a warning (default 10). */
  readonly patience?: number;
}

export const collapseSentinelOptions = z.strictObject({
  watch: z.string().min(1),
  name: pluginName,
  warnBelow: z.number().min(0).max(1).default(0.5),
  patience: z.number().int().positive().default(10),
});

export type CollapseSentinelSettings = z.output<typeof collapseSentinelOptions>;
