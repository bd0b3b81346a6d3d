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
  /** Number of updates before the first that counts. */
  startStep: z.int().nonnegative().default(0),
  /** Number of epochs before the first that counts. */
  startEpoch: z.int().nonnegative().default(0),
  /** Whether running statistics are averaged too, instead of being copied from the model. */
  useBuffers: z.boolean().default(true),
  /** Write the averaged model to `averaged.safetensors` in the run folder at the end of training. */
  save: z.boolean().default(true),
};

const schema = z.discriminatedUnion('kind', [
  z.strictObject({
    /** An exponential moving average: `average = decay · average + (1 − decay) · weights`. */
    kind: z.literal('ema'),
    /** Weight of the old average in the new one. */
    decay: z.number().min(0).max(1).default(0.999),
    /** Average after every Nth update, starting with the first; with `null`, after the last update of each epoch. */
    everyNSteps: everyNSteps.default(1),
    ...schedule,
  }),
  z.strictObject({
    /** The mean of all weights included in the average. */
    kind: z.literal('swa'),
    /** Average after every Nth update, starting with the first; with `null`, after the last update of each epoch. */
    everyNSteps: everyNSteps.default(null),
    ...schedule,
  }),
]);

/** Options of `weightAveraging()`. */
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
  /** Number of weights in the average. */
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
        `From step ${context.progress.globalStep} on, evaluations use the averaged weights.`,
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

  /** Later than onTrainEnd, when the last checkpoint is saved. */
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
    // A completed fit leaves them in the model.
    if (stage === 'fit') this.keepIn();
    this.dispose();
    this.count = 0;
  }

  /** Indexed as in Lightning: the first update is 0. */
  private isDue({ progress }: HookContext): boolean {
    const { everyNSteps, startStep, startEpoch } = this.options;
    const step = progress.globalStep - 1;
    if (step < startStep || progress.epoch < startEpoch) return false;
    if (everyNSteps !== null) return step % everyNSteps === 0;
    return progress.batchIndex + 1 >= progress.batchesPerEpoch;
  }

  /** Returns the share of the current weights in the new average. */
  private get share(): number {
    return this.options.kind === 'ema' ? 1 - this.options.decay : 1 / (this.count + 1);
  }
}

/**
 * Keeps an average of the model's weights: an exponential moving average (`ema`), or the mean of the weights at the end
 * of each epoch (`swa`). Every evaluation uses the average instead of the model's weights: validation, test and
 * prediction, the linear probe and the nearest neighbours, in a fit and as commands. Training does not. Hooks find the
 * average in the model from `onValidationStart` to `onValidationEpochEnd`, and the training weights everywhere else.
 * After training, the model has the averaged weights, and so does `averaged.safetensors` in the run folder, under
 * PyTorch's names like `model.safetensors` in a checkpoint. Checkpoints contain both: the raw weights in
 * `model.safetensors`, from which a run resumes exactly, and the averages in `plugins.safetensors`.
 *
 * Arithmetic and defaults follow `AveragedModel` of `torch.optim.swa_utils` and Lightning's `EMAWeightAveraging`: the
 * first average is a copy, buffers are averaged unless `useBuffers` is `false`, and running statistics are not
 * recomputed by a pass over the data. Until the first average, evaluations use the model as it is. Whole numbers, such
 * as batch counters, are copied, and per-rank buffers are left unchanged. An epoch that is cut short adds nothing to
 * the average.
 *
 * ```ts
 * plugins: [weightAveraging({ kind: 'ema', decay: 0.999 }), checkpointing()]
 * plugins: [weightAveraging({ kind: 'swa', startEpoch: 75 }), checkpointing()]
 * ```
 */
export function weightAveraging(options: WeightAveragingOptions): PluginDescriptor {
  return definePlugin(WeightAveraging, options);
}
