import { Plugin, definePlugin, inject, redacted, tokens } from '../../src';
import type {
  HookContext,
  MetricBands,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  RunEvents,
  RunEventSource,
} from '../../src';
import { AppendedFile } from '../shared/appended-file';
import { jsonLine } from '../shared/json-lines';

/** Keeps a run's messages for reports. */
@Plugin({
  name: 'message-log',
  help: 'writes the messages of the run and how it ended to messages.jsonl',
  ranks: 'first',
  order: 'last',
})
export class MessageLog implements PluginHooks {
  private readonly file: AppendedFile;
  private waiting: string[] = [];
  private step = 0;
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
    events.on('runEnded', (...end) => this.end(...end));
  }

  async onFitStart(): Promise<void> {
    await this.reopen();
  }

  /** A fit that fails before it starts is recorded too. */
  async onException({ stage }: HookContext): Promise<void> {
    if (stage === 'fit' && !this.isReopened) await this.reopen();
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    this.step = progress.globalStep;
    await this.flush();
  }

  async teardown(): Promise<void> {
    await this.flush();
  }

  private async reopen(): Promise<void> {
    const earlier = await this.file.read();
    if (earlier !== null)
      await this.file.replace(Buffer.from(earlier.slice(0, earlier.lastIndexOf('\n') + 1)));
    this.isReopened = true;
    this.waiting.unshift(this.line({ kind: 'started', bands: this.bands.all() }));
  }

  /**
   * How a run ended is known only after every teardown; nothing waits for a listener then, so the last lines are
   * written synchronously.
   */
  private end(...[status, detail]: RunEvents['runEnded']): void {
    if (!this.isReopened) return;
    this.keep({ kind: 'ended', status, detail: detail === null ? null : redacted(detail) });
    this.file.appendAtOnce(this.waiting.splice(0).join(''));
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
 * Keeps a run's messages, the bands of its metrics and how it ended in `messages.jsonl` in the run folder, for the
 * command `report`. A resumed run appends to the same file.
 *
 * ```ts
 * plugins: [messageLog()]
 * ```
 */
export function messageLog(): PluginDescriptor {
  return definePlugin(MessageLog);
}
