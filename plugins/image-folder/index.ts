import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Plugin, definePlugin, inject, tokens, writeWhole } from '../../src';
import type {
  HookContext,
  LoggedImage,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunEventSource,
  RunState,
} from '../../src';
import { imageFile, stepOfImage } from '../shared/image-file';

/** Writes the run's images between batches, so that no write competes with a step. */
@Plugin({ name: 'image-folder', help: 'images as PNG files in images/', ranks: 'first' })
export class ImageFolder implements PluginHooks {
  private readonly path: string;
  private readonly stopListening: () => void;
  private waiting: LoggedImage[] = [];
  private resumedStep: number | null = null;

  constructor(@inject(tokens.events) events: RunEventSource, @inject(tokens.runFolder) folder: PluginFolder) {
    this.path = folder.claim('images');
    this.stopListening = events.on('imageLogged', (image) => this.waiting.push(image));
  }

  onLoadCheckpoint(_: HookContext, state: RunState): void {
    this.resumedStep = state.progress.globalStep;
  }

  /** Deletes images that a killed run wrote after its checkpoint, as those of the resumed run may differ. */
  async onFitStart(): Promise<void> {
    if (this.resumedStep === null) return;
    for (const file of await readdir(this.path, { recursive: true }).catch(() => [])) {
      if ((stepOfImage(file) ?? 0) > this.resumedStep) await rm(join(this.path, file), { force: true });
    }
  }

  async onTrainBatchEnd(): Promise<void> {
    await this.write();
  }

  async onTrainEpochEnd(): Promise<void> {
    await this.write();
  }

  async onSaveCheckpoint(): Promise<void> {
    await this.write();
  }

  async teardown(): Promise<void> {
    this.stopListening();
    await this.write();
  }

  private async write(): Promise<void> {
    for (let image = this.waiting[0]; image !== undefined; image = this.waiting[0]) {
      await writeWhole(join(this.path, imageFile(image)), image.png);
      this.waiting = this.waiting.slice(1);
    }
  }
}

/**
 * Keeps every published image in the run folder, by name and step: `images/views/step=00000400.png`. A resumed run
 * rewrites the images after its checkpoint.
 *
 * ```ts
 * plugins: [viewGrid(), imageFolder()]
 * ```
 */
export function imageFolder(): PluginDescriptor {
  return definePlugin(ImageFolder);
}
