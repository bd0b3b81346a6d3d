import { z } from 'zod';
import { Plugin, inject, tokens } from '../../src';
import type { HookContext, Json, PluginHooks, Stateful } from '../../src';
import type { TimerSettings } from './options';
import { readState, stateNumber } from '../shared/read-state';

const savedTime = z.object({ seconds: stateNumber });

/** Counts training time alone: of a resumed run also what it took before it was cut off. */
@Plugin({ name: 'timer', ranks: 'first' })
export class Timer implements PluginHooks, Stateful {
  private secondsBefore = 0;
  private startedAt: number | null = null;

  constructor(@inject(tokens.pluginOptions) private readonly options: TimerSettings) {}

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
    if (this.seconds >= this.options.maxTime) stop(`the time of ${shown(this.options.maxTime)} is over`);
  }
}

/** `1:30:00`, or `36:00:00` for a day and a half. */
function shown(seconds: number): string {
  const whole = Math.ceil(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
