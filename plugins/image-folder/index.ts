import { createHash } from 'node:crypto';
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

/** Writes the run's pictures between batches, so that no write races a step. */
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

  /** Pictures that a killed run wrote after its checkpoint go: those that the resumed one makes may be others. */
  async onFitStart(): Promise<void> {
    if (this.resumedStep === null) return;
    for (const folder of await entries(this.path)) {
      for (const file of await entries(join(this.path, folder))) {
        const step = Number(/^step=(\d+)\.png$/.exec(file)?.[1] ?? 0);
        if (step > this.resumedStep) await rm(join(this.path, folder, file), { force: true });
      }
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
      const file = `step=${String(image.step).padStart(8, '0')}.png`;
      await writeWhole(join(this.path, folderName(image.name), file), image.png);
      this.waiting = this.waiting.slice(1);
    }
  }
}

async function entries(folder: string): Promise<string[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(() => [])).map(({ name }) => name);
}

/** Bytes of a name that every file system takes. */
const mostBytes = 200;

/** An image's name as that of a folder: what a file system might not take is written as in addresses, `val%2Fviews`. */
function folderName(name: string): string {
  const safe = name.normalize('NFC').replace(/[^\p{L}\p{N}_\-. ]|^\.|[. ]$/gu, percentCode);
  if (Buffer.byteLength(safe) <= mostBytes) return safe;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${Array.from(safe).slice(0, 40).join('')}-${digest}`;
}

function percentCode(character: string): string {
  return Array.from(
    Buffer.from(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

/**
 * Keeps every published image in the run folder, by name and step: `images/views/step=00000400.png`. A resumed run writes the
 * images after its checkpoint anew.
 *
 * ```ts
 * plugins: [viewGrid(), imageFolder()]
 * ```
 */
export function imageFolder(): PluginDescriptor {
  return definePlugin(ImageFolder);
}
