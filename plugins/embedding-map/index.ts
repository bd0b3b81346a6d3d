import { join } from 'node:path';
import { z } from 'zod';
import {
  Plugin,
  definePlugin,
  inject,
  makeEmbeddingMap,
  mapFiles,
  mapSchema,
  tokens,
  writeMap,
} from '../../src';
import type {
  EvaluationData,
  FitProgress,
  HookContext,
  ImageLog,
  ModelAccess,
  Notify,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunSettings,
} from '../../src';
import { afterEpochs } from '../shared/findings';

/** When and how to draw; other settings have the defaults of the command `map`. */
const schema = mapSchema.extend({
  /** Draw at the end of every Nth epoch and after the last one; with `null` only after the last one. */
  everyNEpochs: z.number().int().positive().nullable().default(null),
  /** Also draw before the first step, with the initial weights. */
  atStart: z.boolean().default(false),
});

/** Options of `embeddingMap()`. */
export type EmbeddingMapOptions = z.input<typeof schema>;

/** Draws between epochs, without changing the model. */
@Plugin({
  name: 'embedding-map',
  help: 'a 2-D map of the features of held-out images, as a page and a picture',
  ranks: 'first',
  options: schema,
})
export class EmbeddingMapPlugin implements PluginHooks {
  private readonly folder: string;
  private drawnAt = -1;
  /** Epochs that ended in this process; `null` if none has. */
  private epochs: number | null = null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
    @inject(tokens.settings) private readonly settings: RunSettings,
    @inject(tokens.images) private readonly images: ImageLog,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.folder = folder.claim('maps');
  }

  async onTrainEpochStart(context: HookContext): Promise<void> {
    if (this.options.atStart && context.progress.globalStep === 0) await this.draw(context, 0);
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const epochs = context.progress.epoch + 1;
    this.epochs = epochs;
    const { everyNEpochs } = this.options;
    if (everyNEpochs !== null && epochs % everyNEpochs === 0) await this.draw(context, epochs);
  }

  /** A resumed run with nothing left to do ends no epoch, and its progress names the next one. */
  async onTrainEnd(context: HookContext): Promise<void> {
    const { globalStep, epoch } = context.progress;
    if (globalStep > 0 && this.drawnAt !== globalStep) await this.draw(context, this.epochs ?? epoch);
  }

  /** @param epochs number of epochs that have ended; the last one may have ended before its last batch. */
  private async draw({ progress, task }: HookContext, epochs: number): Promise<void> {
    const { model, data, settings, options } = this;
    const source = { model, data, split: null, config: settings.config };
    const map = await task('embedding map', (report) => makeEmbeddingMap(source, options, report));
    const when = this.whenOf(progress, epochs);
    const title = `${settings.experiment}, ${when}`;
    const files = await mapFiles(map, title);
    const [page = ''] = await writeMap(join(this.folder, `epoch=${epochs}`), files);
    this.drawnAt = progress.globalStep;
    this.notify('info', `Map of ${map.names.length} images ${when}: ${page}.`);
    if (!this.images.isHeard()) return;
    const { png, width, height } = files;
    const { epoch, globalStep: step } = progress;
    const caption = `${title}: ${map.about}`;
    this.images.publish({ name: 'embedding_map', epoch, step, png, width, height, caption });
  }

  private whenOf({ batchIndex, batchesPerEpoch, globalStep }: FitProgress, epochs: number): string {
    const isCutShort = epochs > 0 && this.epochs !== null && batchIndex + 1 < batchesPerEpoch;
    return isCutShort ? `in epoch ${epochs}, after ${globalStep} updates` : afterEpochs(epochs);
  }
}

/**
 * Draws the backbone's features of held-out images as points in a plane, coloured by class, or by cluster if there are
 * no labels. It writes a picture, and a page that shows the image under the pointer, to `maps/` in the run folder. By
 * default it draws after training; with `everyNEpochs` also between epochs. Image loggers receive the picture as
 * `embedding_map`.
 *
 * ```ts
 * plugins: [embeddingMap({ everyNEpochs: 10 })]
 * ```
 */
export function embeddingMap(options: EmbeddingMapOptions = {}): PluginDescriptor {
  return definePlugin(EmbeddingMapPlugin, options);
}
