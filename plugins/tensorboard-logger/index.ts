import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { Json, PluginDescriptor, PluginFolder, RunEventSource, RunSettings, Stateful } from '../../src';
import { readState, stateNumber } from '../shared/read-state';
import { RowLogger } from '../shared/row-logger';
import { earlierImages } from './earlier-images';
import { EventFile, nextEventFile } from './event-file';
import type { TimedRow } from './event-file';
import { hparamsEndEvent, hparamsStartEvent, sessionStartEvent, versionEvent } from './events';
import type { EventTime } from './events';

const schema = z.strictObject({
  /** Record the hyperparameters for TensorBoard's HPARAMS tab. */
  hyperparameters: z.boolean().default(true),
});

/** Options of `tensorboardLogger()`. */
export type TensorboardLoggerOptions = z.input<typeof schema>;

const savedRows = z.object({
  newestRows: z
    .array(z.object({ step: stateNumber, time: stateNumber, values: z.record(z.string(), stateNumber) }))
    .optional(),
  newestImages: z.object({ step: stateNumber, names: z.array(z.string()) }).optional(),
});

/** Writes a new event file for every start of the run, as a reader may be in the middle of an earlier one. */
@Plugin({
  name: 'tensorboard-logger',
  help: 'records metrics, images and hyperparameters for TensorBoard',
  ranks: 'first',
  options: schema,
})
export class TensorboardLogger extends RowLogger<EventFile> implements Stateful {
  /** The newest rows covered by the checkpoint; `null` if it does not record them. */
  private resumedRows: readonly TimedRow[] | null = null;
  private resumedImages: EventFile['newestImages'] | null = null;
  private readonly stopListeningToImages: () => void;

  private readonly eventFolder: string;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.settings) private readonly settings: RunSettings,
  ) {
    super(new EventFile(), events);
    this.stopListeningToImages = events.on('imageLogged', (image) => this.sink.addImage(image));
    this.eventFolder = folder.claim('tensorboard');
  }

  pluginState(): Json {
    const { step, names } = this.sink.newestImages;
    return {
      newestRows: this.sink.newestRows.map((row) => ({ ...row, values: { ...row.values } })),
      newestImages: { step, names: [...names] },
    };
  }

  restorePluginState(state: Json): void {
    const saved = readState(savedRows.nullable(), state);
    this.resumedRows = saved?.newestRows ?? null;
    this.resumedImages = saved?.newestImages ?? null;
  }

  /** Lets TensorBoard find the run even before its first row. */
  async onFitStart(): Promise<void> {
    const { path, earlier } = nextEventFile(this.eventFolder, now());
    this.sink.open(path);
    this.sink.addEvent(versionEvent(this.moment(0)));
    this.sink.addEvent(sessionStartEvent(this.moment(this.firstStep())));
    // Those of the first file remain valid: readers keep the first metadata of a tag.
    if (this.options.hyperparameters && earlier.length === 0) {
      this.sink.addEvent(hparamsStartEvent(this.moment(0), this.settings.hyperparameters));
    }
    for (const row of this.repeatedRows()) this.sink.addTimed(row);
    await this.repeatImages(earlier);
    await this.sink.flush();
  }

  /** Only for a run that finished: an interrupted or failed run may still be resumed. */
  onFitEnd(): void {
    if (this.options.hyperparameters) this.sink.addEvent(hparamsEndEvent(this.moment(0)));
  }

  /**
   * From this step on, the contents of earlier files no longer count. It is the checkpoint's own step: a killed run may
   * have written rows for that step afterwards, such as those of the epoch.
   */
  private firstStep(): number {
    if (this.resumedStep === null) return 0;
    return this.resumedRows === null ? this.resumedStep + 1 : this.resumedStep;
  }

  /** Rows of that step that the checkpoint does cover. */
  private repeatedRows(): readonly TimedRow[] {
    return (this.resumedRows ?? []).filter(({ step }) => step === this.resumedStep);
  }

  /** Pictures of that step that the checkpoint covers: the state has their names, and earlier files have the pictures. */
  private async repeatImages(earlier: readonly string[]): Promise<void> {
    const { step, names } = this.resumedImages ?? { step: 0, names: [] };
    if (step !== this.resumedStep) return;
    for (const name of names) this.sink.noteImage(step, name);
    for (const event of await earlierImages(earlier, step, names)) this.sink.addEvent(event);
  }

  override async teardown(): Promise<void> {
    this.stopListeningToImages();
    await super.teardown();
  }

  private moment(step: number): EventTime {
    return { time: now(), step };
  }
}

function now(): number {
  return Date.now() / 1000;
}

/**
 * Records every logged metric and image in `tensorboard/` in the run folder, for `tensorboard --logdir runs`: scalars
 * and pictures under their names, by step, and the hyperparameters for the HPARAMS tab. Values are float32, as in every
 * TensorBoard log of scalars. A resumed run starts a new event file, which makes TensorBoard discard what a killed run
 * wrote after its checkpoint.
 *
 * ```ts
 * plugins: [tensorboardLogger()]
 * ```
 */
export function tensorboardLogger(options: TensorboardLoggerOptions = {}): PluginDescriptor {
  return definePlugin(TensorboardLogger, options);
}
