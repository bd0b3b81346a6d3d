import { z } from 'zod';

/** A span of time; what is left out is 0. */
export interface TimeSpan {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

export interface TimerOptions {
  /** How long training may take: `DD:HH:MM:SS`, or its parts. */
  readonly maxTime: string | TimeSpan;
  /** Look after every batch, or at the end of epochs (default `step`). */
  readonly interval?: 'step' | 'epoch';
}

const amount = z.number().nonnegative().default(0);
const parts = z
  .strictObject({ days: amount, hours: amount, minutes: amount, seconds: amount })
  .transform(({ days, hours, minutes, seconds }) => toSeconds(days, hours, minutes, seconds));
const text = z
  .string()
  .regex(/^\d+:\d\d:\d\d:\d\d$/)
  .transform((span) => toSeconds(...(span.split(':').map(Number) as [number, number, number, number])));

export const timerOptions = z.strictObject({
  /** In seconds, once parsed. */
  maxTime: z
    .union([text, parts], 'expected DD:HH:MM:SS, or an object of days, hours, minutes and seconds')
    .refine((seconds) => seconds > 0, 'must be above 0'),
  interval: z.enum(['step', 'epoch']).default('step'),
});

function toSeconds(days: number, hours: number, minutes: number, seconds: number): number {
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

export type TimerSettings = z.output<typeof timerOptions>;
