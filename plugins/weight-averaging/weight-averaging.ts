import { z } from 'zod';
import { Plugin, inject, nn, tokens, writeWhole } from '../../src';
import type {
  BatchResult,
  EvaluationWeights,
  HookContext,
  Json,
  ModelAccess,
  Notify,
  PluginHooks,
  PluginFolder,
  StateDict,
  Stateful,
  TensorState,
} from '../../src';
import { Averages } from './averages';
import type { WeightAveragingSettings } from './options';
import { readState, stateNumber } from '../shared/read-state';

const savedCount = z.object({ count: stateNumber });

const fileName = 'averaged.safetensors';

/** Averages after updates, and lets evaluations see the average. */
@Plugin({ name: 'weight-averaging', affectsTraining: true })
export class WeightAveraging implements PluginHooks, Stateful, TensorState, EvaluationWeights {
  private readonly averages: Averages;
  /** Weights that the average is made of. */
  private count = 0;

  private readonly savedFile: string | null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: WeightAveragingSettings,
    @inject(tokens.model) model: ModelAccess,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.savedFile = options.save ? folder.claim(fileName) : null;
    this.averages = new Averages(model, options.useBuffers);
  }

  async onTrainBatchEnd(context: HookContext, { updated }: BatchResult): Promise<void> {
    if (!updated || !this.isDue(context)) return;
    if (this.count === 0) {
      this.averages.begin();
      this.notify(
        'info',
        `From step ${context.progress.globalStep} on, evaluations see the averaged weights.`,
      );
    } else await this.averages.moveBy(this.share);
    this.count += 1;
  }

  get exist(): boolean {
    return this.averages.exist;
  }

  get standIn(): boolean {
    return this.averages.standIn;
  }

  swapIn(): void {
    this.averages.swapIn();
  }

  swapOut(): void {
    this.averages.swapOut();
  }

  pluginState(): Json {
    return { count: this.count };
  }

  pluginTensors(): StateDict {
    return this.averages.exist ? this.averages.state() : new Map<string, never>();
  }

  restorePluginState(state: Json, tensors: StateDict): void {
    if (tensors.size === 0) return;
    const { count } = readState(savedCount, state);
    this.averages.restore(tensors);
    this.count = count;
  }

  /** Later than onTrainEnd, at which the last checkpoint is saved. */
  async onFitEnd(): Promise<void> {
    if (!this.averages.exist) {
      this.notify('warning', 'Training ended before weightAveraging() had anything to average.');
      return;
    }
    this.averages.swapIn();
    if (this.savedFile === null) return;
    await writeWhole(this.savedFile, ...nn.safetensorsParts(this.averages.modelState()));
    this.notify('info', `The model has the averaged weights; they are in ${this.savedFile}.`);
  }

  teardown({ stage }: HookContext): void {
    // A fit that came to its end leaves them in the model.
    if (stage === 'fit') this.averages.keepIn();
    this.averages.dispose();
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
