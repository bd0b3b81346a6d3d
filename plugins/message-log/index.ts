import { Plugin, definePlugin, inject, isInterruption, redacted, tokens } from '../../src';
import type {
  HookContext,
  MetricBands,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunEventSource,
  RunStatus,
} from '../../src';
import { AppendedFile } from '../shared/appended-file';
import { jsonLine } from '../shared/json-lines';

/** Keeps what a run says, for reports. */
@Plugin({
  name: 'message-log',
  help: 'messages.jsonl: what the run said, and how it ended',
  ranks: 'first',
  order: 'last',
})
export class MessageLog implements PluginHooks {
  private readonly file: AppendedFile;
  private waiting: string[] = [];
  private step = 0;
  private status: RunStatus = 'interrupted';
  private detail: string | null = null;
  private isReopened = false;

  constructor(
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.metricBands) private readonly bands: MetricBands,
    @inject(tokens.runFolder) folder: PluginFolder,
  ) {
    this.file = new AppendedFile(folder.claim('messages.jsonl'), () => this.waiting.length);
    events.on('message', (level, text, isSecret) => {
      if (isSecret !== true) this.keep({ kind: 'message', step: this.step, level, text: redacted(text) });
    });
  }

  async onFitStart(): Promise<void> {
    const earlier = await this.file.read();
    if (earlier !== null)
      await this.file.replace(Buffer.from(earlier.slice(0, earlier.lastIndexOf('\n') + 1)));
    this.isReopened = true;
    this.waiting.unshift(this.line({ kind: 'started', bands: this.bands.all() }));
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    this.step = progress.globalStep;
    await this.flush();
  }

  onTrainEnd(): void {
    this.status = 'finished';
  }

  onException(_: HookContext, error: unknown): void {
    this.status = isInterruption(error) ? 'interrupted' : 'failed';
    this.detail = redacted(error instanceof Error ? error.message : String(error));
  }

  async teardown(): Promise<void> {
    if (!this.isReopened) return;
    this.keep({ kind: 'ended', status: this.status, detail: this.detail });
    await this.flush();
  }

  private keep(entry: Readonly<Record<string, unknown>>): void {
    this.waiting.push(this.line(entry));
  }

  private line(entry: Readonly<Record<string, unknown>>): string {
    return jsonLine({ time: new Date().toISOString(), ...entry });
  }

  private async flush(): Promise<void> {
    if (this.waiting.length === 0 || !this.isReopened) return;
    const lines = [...this.waiting];
    await this.file.append(Buffer.from(lines.join('')));
    this.waiting.splice(0, lines.length);
  }
}

/**
 * Keeps what a run says, the bands of its metrics and how it ended in `messages.jsonl` of the run folder, for the command `report`. A
 * resumed run goes on with the same file.
 *
 * ```ts
 * plugins: [messageLog()]
 * ```
 */
export function messageLog(): PluginDescriptor {
  return definePlugin(MessageLog);
}
