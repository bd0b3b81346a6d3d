import { z } from 'zod';
import { Plugin, definePlugin, inject, tf, tokens } from '../../src';
import type {
  HookContext,
  Json,
  MetricBands,
  Notify,
  PluginDescriptor,
  PluginHooks,
  Stateful,
  StepContext,
} from '../../src';
import { nameOption } from '../shared/options';
import { readState, stateNumber } from '../shared/read-state';
import { watchedVectors } from '../shared/watched-vectors';

const schema = z.strictObject({
  /** Key of the representation in the module's `forward` output, `[batch, d]`. */
  watch: z.string().min(1),
  /** Distinguishes several sentinels of a run in checkpoints; all except one need a name. */
  name: nameOption,
  /** Values below this count as collapsing. */
  warnBelow: z.number().min(0).max(1).default(0.5),
  /** Consecutive steps that must be below the threshold before a warning. */
  patience: z.number().int().positive().default(10),
});

/** Options of `collapseSentinel()`. */
export type CollapseSentinelOptions<Watch extends string = string> = z.input<typeof schema> & {
  readonly watch: Watch;
};

/**
 * Returns how widely a batch of vectors is spread over the unit sphere: the mean over the dimensions of std(z / ‖z‖₂) ·
 * √d, with the unbiased deviation of `torch.std`. It is about 1 for evenly spread directions, 0 for equal directions,
 * and NaN for a batch of one, which has no spread.
 *
 * @param z `[batch, d]`.
 */
export function spread(z: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [batch, width] = z.shape;
    const length = tf.maximum(tf.sqrt(tf.sum(tf.square(z), 1, true)), 1e-12);
    const directions = tf.div(z, length);
    const deviations = tf.sub(directions, tf.mean(directions, 0, true));
    const variance = tf.div(tf.sum(tf.square(deviations), 0), batch - 1);
    return tf.reshape(tf.mul(tf.mean(tf.sqrt(variance)), Math.sqrt(width)), []);
  });
}

const savedSteps = z.object({
  stepsBelow: stateNumber,
  stepsAbove: stateNumber,
  collapsing: z.boolean(),
  seen: stateNumber.optional(),
});

/** Measures inside the traced step, and watches the measured values outside it. */
@Plugin({
  name: 'collapse-sentinel',
  help: 'logs std(z)·√d with the loss and warns when it falls: about 1 is healthy, 0 is collapse',
  repeatable: true,
  options: schema,
})
export class CollapseSentinel implements PluginHooks, Stateful {
  private readonly metric: string;
  private stepsBelow = 0;
  private stepsAbove = 0;
  private collapsing = false;
  /** Serial number of the last measurement that was checked. */
  private seen = 0;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.metricBands) bands: MetricBands,
  ) {
    this.metric = `${options.watch}_std`;
    bands.declare({ metric: this.metric, warnBelow: options.warnBelow, healthy: 1, below: 'collapse' });
  }

  /** Called once per view; a step's values with the same name are recorded as their mean. */
  onAfterForward(output: unknown, { log }: StepContext): void {
    log(this.metric, spread(watchedVectors('collapseSentinel()', this.options.watch, output)), {
      progBar: true,
    });
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
      'and that the projection head ends with batch norm.'
    );
  }
}

/**
 * Measures in every training step how far the representation is from collapse, logs it as `<watch>_std` with the loss,
 * and warns when it falls: a loss of -1 alone does not distinguish a good model from a constant one. The measure is the
 * mean over the dimensions of std(l2-normalised z) · √d (SimSiam, section 4.1; lightly's `std_of_l2_normalized` times
 * √d): about 1 is healthy, values towards 0 mean collapse. It is traced into the step.
 *
 * ```ts
 * plugins: [collapseSentinel({ watch: 'z' })]
 * ```
 */
export function collapseSentinel<const Watch extends string>(
  options: CollapseSentinelOptions<Watch>,
): PluginDescriptor<never, `${Watch}_std`> {
  return definePlugin(CollapseSentinel, options);
}
