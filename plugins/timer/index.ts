import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { HookContext, Json, PluginDescriptor, PluginHooks, Stateful } from '../../src';
import { readState, stateNumber } from '../shared/read-state';

const amount = z.number().nonnegative().default(0);
const parts = z
  .strictObject({ days: amount, hours: amount, minutes: amount, seconds: amount })
  .transform(({ days, hours, minutes, seconds }) => toSeconds([days, hours, minutes, seconds]));
const text = z
  .string()
  .regex(/^\d+:\d\d:\d\d:\d\d$/)
  .transform((span) => toSeconds(span.split(':').map(Number)));

const schema = z.strictObject({
  /** How long training may take: `DD:HH:MM:SS`, or an object with these parts; omitted parts are 0. */
  maxTime: z
    .union([text, parts], 'expected DD:HH:MM:SS, or an object of days, hours, minutes and seconds')
    .refine((seconds) => seconds > 0, 'must be above 0'),
  /** Check after every batch, or at the end of epochs. */
  interval: z.enum(['step', 'epoch']).default('step'),
});

/** Options of `timer()`. */
export type TimerOptions = z.input<typeof schema>;

function toSeconds([days = 0, hours = 0, minutes = 0, seconds = 0]: readonly number[]): number {
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

const savedTime = z.object({ seconds: stateNumber });

/** Counts training time only; in a resumed run, including the time before the interruption. */
@Plugin({ name: 'timer', help: 'ends training when its time is up', ranks: 'first', options: schema })
export class Timer implements PluginHooks, Stateful {
  private secondsBefore = 0;
  private startedAt: number | null = null;

  constructor(@inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>) {}

  onTrainStart(): void {
    this.startedAt = performance.now();
  }

  onTrainBatchEnd(context: HookContext): void {
    if (this.options.interval === 'step') this.look(context);
  }

  onTrainEpochEnd(context: HookContext): void {
    if (this.options.interval === 'epoch') this.look(context);
  }

  pluginState(): Json {
    return { seconds: this.seconds };
  }

  restorePluginState(state: Json): void {
    this.secondsBefore = readState(savedTime, state).seconds;
  }

  private get seconds(): number {
    const now = this.startedAt === null ? 0 : (performance.now() - this.startedAt) / 1000;
    return this.secondsBefore + now;
  }

  private look({ stop }: HookContext): void {
    if (this.seconds >= this.options.maxTime) stop(`the time of ${shown(this.options.maxTime)} is up`);
  }
}

/** Returns `1:30:00`, or `36:00:00` for a day and a half. */
function shown(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/**
 * Ends training when it has taken a given time, as Lightning's `Timer` does. The time used is kept in checkpoints, so
 * that a resumed run has only the rest.
 *
 * ```ts
 * plugins: [timer({ maxTime: '00:12:00:00' })]
 * ```
 */
export function timer(options: TimerOptions): PluginDescriptor {
  return definePlugin(Timer, options);
}
