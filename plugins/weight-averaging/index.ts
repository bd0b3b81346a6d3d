import { z } from 'zod';
import { Plugin, definePlugin, inject, nn, tokens, writeWhole } from '../../src';
import type {
  BatchResult,
  HookContext,
  Json,
  ModelAccess,
  Notify,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  StateDict,
  Stateful,
  TensorState,
} from '../../src';
import { readState, stateNumber } from '../shared/read-state';
import { Averages } from './averages';

const everyNSteps = z.int().positive().nullable();

const schedule = {
  /** Updates before the first that counts. */
  startStep: z.int().nonnegative().default(0),
  /** Epochs before the first that counts. */
  startEpoch: z.int().nonnegative().default(0),
  /** Whether running statistics are averaged too, and not taken from the model as they are. */
  useBuffers: z.boolean().default(true),
  /** Write the averaged model to `averaged.safetensors` in the run's folder at the end of training. */
  save: z.boolean().default(true),
};

const schema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** An exponential moving average: `average = decay · average + (1 − decay) · weights`. */
    kind: z.literal('ema'),
    /** Share of the old average in the new one. */
    decay: z.number().min(0).max(1).default(0.999),
    /** Average after every n-th update, the first included; `null`: after the last one of each epoch. */
    everyNSteps: everyNSteps.default(1),
    ...schedule,
  }),
  z.strictObject({
    /** The mean of all weights that counted. */
    kind: z.literal('swa'),
    /** Average after every n-th update, the first included; `null`: after the last one of each epoch. */
    everyNSteps: everyNSteps.default(null),
    ...schedule,
  }),
]);

export type WeightAveragingOptions = z.input<typeof schema>;

const savedCount = z.object({ count: stateNumber });

const fileName = 'averaged.safetensors';

/** Averages after updates, and lets evaluations see the average. */
@Plugin({
  name: 'weight-averaging',
  help: 'averaged weights (EMA, SWA), used by every evaluation',
  affectsTraining: true,
  provides: [tokens.evaluationWeights],
  options: schema,
})
export class WeightAveraging extends Averages implements PluginHooks, Stateful, TensorState {
  /** Weights that the average is made of. */
  private count = 0;
  private readonly savedFile: string | null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.model) model: ModelAccess,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    super(model, options.useBuffers);
    this.savedFile = options.save ? folder.claim(fileName) : null;
  }

  async onTrainBatchEnd(context: HookContext, { updated }: BatchResult): Promise<void> {
    if (!updated || !this.isDue(context)) return;
    if (this.count === 0) {
      this.begin();
      this.notify(
        'info',
        `From step ${context.progress.globalStep} on, evaluations see the averaged weights.`,
      );
    } else await this.moveBy(this.share);
    this.count += 1;
  }

  pluginState(): Json {
    return { count: this.count };
  }

  pluginTensors(): StateDict {
    return this.exist ? this.state() : new Map<string, never>();
  }

  restorePluginState(state: Json, tensors: StateDict): void {
    if (tensors.size === 0) return;
    const { count } = readState(savedCount, state);
    this.restore(tensors);
    this.count = count;
  }

  /** Later than onTrainEnd, at which the last checkpoint is saved. */
  async onFitEnd(): Promise<void> {
    if (!this.exist) {
      this.notify('warning', 'Training ended before weightAveraging() had anything to average.');
      return;
    }
    this.swapIn();
    if (this.savedFile === null) return;
    await writeWhole(this.savedFile, ...nn.safetensorsParts(this.modelState()));
    this.notify('info', `The model has the averaged weights; they are in ${this.savedFile}.`);
  }

  teardown({ stage }: HookContext): void {
    // A fit that came to its end leaves them in the model.
    if (stage === 'fit') this.keepIn();
    this.dispose();
    this.count = 0;
  }

  /** As Lightning counts: the first update has index 0. */
  private isDue({ progress }: HookContext): boolean {
    const { everyNSteps, startStep, startEpoch } = this.options;
    const step = progress.globalStep - 1;
    if (step < startStep || progress.epoch < startEpoch) return false;
    if (everyNSteps !== null) return step % everyNSteps === 0;
    return progress.batchIndex + 1 >= progress.batchesPerEpoch;
  }

  /** What the weights at hand count for in the new average. */
  private get share(): number {
    return this.options.kind === 'ema' ? 1 - this.options.decay : 1 / (this.count + 1);
  }
}

/**
 * Keeps an average of the model's weights: an exponential moving one (`ema`), or the mean of those at the ends of epochs
 * (`swa`). Every evaluation sees the average in the model's place: validation, test and prediction, the linear probe and
 * the nearest neighbours, in a fit and as commands. Training does not. Hooks find the average in the model from
 * `onValidationStart` to `onValidationEpochEnd`, and the weights in training anywhere else. When training has ended the
 * model has the averaged weights, and `averaged.safetensors` in the run's folder too, under PyTorch's names as
 * `model.safetensors` of a checkpoint. Checkpoints hold both: the raw weights in `model.safetensors`, with which a resumed
 * run goes on exactly, and the averages in `plugins.safetensors`.
 *
 * Numbers and defaults follow `AveragedModel` of `torch.optim.swa_utils` and Lightning's `EMAWeightAveraging`: the
 * first average is a copy, buffers are averaged unless `useBuffers` is `false`, and no data pass renews the running
 * statistics. Until the first average there is none, and evaluations see the model as it is. Whole numbers, such as
 * counters of batches, are copied, and buffers of each rank's own are left alone. An epoch that is cut short ends without an average of its own.
 *
 * ```ts
 * plugins: [weightAveraging({ kind: 'ema', decay: 0.999 }), checkpointing()]
 * plugins: [weightAveraging({ kind: 'swa', startEpoch: 75 }), checkpointing()]
 * ```
 */
export function weightAveraging(options: WeightAveragingOptions): PluginDescriptor {
  return definePlugin(WeightAveraging, options);
}
