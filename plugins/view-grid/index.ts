import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { HookContext, ImageLog, Notify, PluginDescriptor, PluginHooks, ViewSheets } from '../../src';

const schema = z.strictObject({
  /** Number of samples on a sheet, spread evenly over the training data. */
  samples: z.number().int().min(1).max(32).default(6),
  /** Draw a sheet at the start of the first epoch and of every Nth epoch after it. */
  everyNEpochs: z.number().int().positive().default(10),
});

/** Options of `viewGrid()`. */
export type ViewGridOptions = z.input<typeof schema>;

/** Name under which loggers and pages find the sheets. */
const name = 'views';

/** Draws between epochs with the loader's functions, independently of its threads. */
@Plugin({
  name: 'view-grid',
  help: 'draws a sheet of samples and their views for loggers and the live page',
  ranks: 'first',
  options: schema,
})
export class ViewGrid implements PluginHooks {
  private toldThatNobodyLooks = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.viewSheets) private readonly sheets: ViewSheets,
    @inject(tokens.images) private readonly images: ImageLog,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  async onTrainEpochStart({ progress, task }: HookContext): Promise<void> {
    const { epoch, globalStep: step } = progress;
    const { samples, everyNEpochs } = this.options;
    if (epoch % everyNEpochs !== 0) return;
    if (!this.images.isHeard()) {
      this.sayThatNobodyLooks();
      return;
    }
    const sheet = await task('views', (report) => this.sheets.draw({ samples, epoch }, report));
    this.images.publish({ name, epoch, step, ...sheet });
  }

  private sayThatNobodyLooks(): void {
    if (this.toldThatNobodyLooks) return;
    this.toldThatNobodyLooks = true;
    this.notify('warning', 'viewGrid() draws nothing because no plugin keeps images: add imageFolder().');
  }
}

/**
 * Publishes a contact sheet as the image `views`: a few training samples, each with its views and the transforms drawn
 * for them (crop, flips, colours, blur, ...). Image loggers such as `imageFolder()` and `tensorboardLogger()` keep it,
 * and `livePage()` shows it. The views are exactly those used in training, determined by seed, epoch, sample and view.
 *
 * ```ts
 * plugins: [viewGrid({ samples: 4, everyNEpochs: 5 }), imageFolder()]
 * ```
 */
export function viewGrid(options: ViewGridOptions = {}): PluginDescriptor {
  return definePlugin(ViewGrid, options);
}
