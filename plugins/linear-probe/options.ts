import { z } from 'zod';
import { probeSchema } from '../../src';
import type { ProbeOptions } from '../../src';

/** When to probe, and how: those of {@link ProbeOptions} have the defaults of the command `probe`. */
export interface LinearProbeOptions extends Partial<ProbeOptions> {
  /** Probe at the end of every n-th epoch, and log `linear_accuracy` (default `null`: never). */
  readonly everyNEpochs?: number | null;
  /** Probe when training has ended (default `true`). */
  readonly atEnd?: boolean;
}

export const linearProbeOptions = probeSchema
  .extend({
    everyNEpochs: z.number().int().positive().nullable().default(null),
    atEnd: z.boolean().default(true),
  })
  .refine(({ everyNEpochs, atEnd }) => everyNEpochs !== null || atEnd, {
    message: 'atEnd: false without everyNEpochs would never probe',
  });

export type LinearProbeSettings = z.output<typeof linearProbeOptions>;
