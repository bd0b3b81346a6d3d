import { z } from 'zod';
import { FulgurError, Plugin, inject, tf, tokens } from '../../src';
import type { HookContext, Json, Notify, PluginHooks, Stateful, StepContext } from '../../src';
import type { CollapseSentinelSettings } from './options';
import { spread } from './spread';
import { readState, stateNumber } from '../shared/read-state';

const savedSteps = z.object({
  stepsBelow: stateNumber,
  stepsAbove: stateNumber,
  collapsing: z.boolean(),
  seen: stateNumber.optional(),
});

/** Measures inside the traced step, and watches the measured values from outside it. */
@Plugin({ name: 'collapse-sentinel', repeatable: true })
export class CollapseSentinel implements PluginHooks, Stateful {
  private readonly metric: string;
  private stepsBelow = 0;
  private stepsAbove = 0;
  private collapsing = false;
  /** Serial of the measurement that was looked at last. */
  private seen = 0;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: CollapseSentinelSettings,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.metric = `${options.watch}_std`;
  }

  /** Once a view; a step's values of one name are recorded as their mean. */
  onAfterForward(output: unknown, { log }: StepContext): void {
    log(this.metric, spread(this.watched(output)), { progBar: true });
  }

  onTrainBatchEnd({ measured, progress }: HookContext): void {
    const measurement = measured(this.metric, this.seen);
    if (measurement === undefined) return;
    const { value, serial } = measurement;
    this.seen = serial;
    if (Number.isNaN(value)) return;
    const below = value < this.options.warnBelow;
    this.stepsBelow = below ? this.stepsBelow + 1 : 0;
    this.stepsAbove = below ? 0 : this.stepsAbove + 1;
    const { patience } = this.options;
    if (!this.collapsing && this.stepsBelow >= patience) {
      this.collapsing = true;
      this.notify('warning', this.warning(value, progress.globalStep));
    } else if (this.collapsing && this.stepsAbove >= patience) {
      this.collapsing = false;
      this.notify(
        'info',
        `The representation spreads again: ${this.measureName} is ${value.toFixed(2)} at step ${progress.globalStep}.`,
      );
    }
  }

  pluginState(): Json {
    const { stepsBelow, stepsAbove, collapsing, seen } = this;
    return { stepsBelow, stepsAbove, collapsing, seen };
  }

  restorePluginState(state: Json): void {
    const saved = readState(savedSteps, state);
    this.stepsBelow = saved.stepsBelow;
    this.stepsAbove = saved.stepsAbove;
    this.collapsing = saved.collapsing;
    this.seen = saved.seen ?? 0;
  }

  private get measureName(): string {
    return `std(${this.options.watch})·√d`;
  }

  private warning(value: number, step: number): string {
    return (
      `The representation is collapsing: ${this.measureName} fell to ${value.toFixed(2)} at step ${step} ` +
      '(healthy: about 1). Lower the learning rate, and check that the loss takes no gradient through the targets ' +
      'and that the projection head ends in batch norm.'
    );
  }

  private watched(output: unknown): tf.Tensor2D {
    const { watch } = this.options;
    const value = isRecord(output) ? output[watch] : undefined;
    if (!isTensor(value)) {
      throw new FulgurError('plugin', {
        what: `collapseSentinel() is to watch '${watch}', which forward() does not return as a tensor: it returned ${described(output)}.`,
        fix: `Return { ${watch}: ... } from forward(), or watch a key that is there.`,
      });
    }
    if (value.rank !== 2) {
      throw new FulgurError('plugin', {
        what: `collapseSentinel() is to watch '${watch}', which has shape [${value.shape.join(', ')}] instead of [batch, d].`,
        fix: 'Watch the output of the projection head, or flatten it to one vector a sample.',
      });
    }
    return value as tf.Tensor2D;
  }
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !isTensor(value);
}

function described(output: unknown): string {
  if (isTensor(output)) return `a tensor of shape [${output.shape.join(', ')}]`;
  if (!isRecord(output)) return typeof output;
  const keys = Object.keys(output);
  return keys.length === 0 ? 'an object without keys' : `an object with ${keys.join(', ')}`;
}
