import { SingleBar } from 'cli-progress';
import type { OutputStream } from './options';

/** What a bar shows at a moment, given the columns there are. */
export type BarText = (columns: number) => string;

/** Lines, and below them one line that changes in place where the output can do that. */
export interface Screen {
  /** Writes a line that stays. */
  line(text: string): void;
  /** Writes a line that must not be missed. */
  warn(text: string): void;
  /** Shows what `text` says from now on, in place. */
  showBar(text: BarText): void;
  /** Says that what the bar shows may have changed. */
  refreshBar(): void;
  hideBar(): void;
}

/** A terminal: cli-progress redraws the bar, at most ten times a second. */
export class TerminalScreen implements Screen {
  private bar: SingleBar | null = null;
  private text: BarText | null = null;

  constructor(private readonly stream: OutputStream) {}

  line(text: string): void {
    // The bar gives way to the line and comes back below it.
    const shown = this.text;
    this.hideBar();
    this.stream.write(`${text}\n`);
    if (shown !== null) this.showBar(shown);
  }

  warn(text: string): void {
    this.line(`\u001b[1;33mWARNING: ${text}\u001b[0m`);
  }

  showBar(text: BarText): void {
    this.hideBar();
    this.text = text;
    this.bar = new SingleBar({
      stream: this.stream,
      format: () => text(this.stream.columns ?? 80),
      clearOnComplete: true,
      linewrap: true,
    });
    this.bar.start(1, 0);
  }

  refreshBar(): void {
    this.bar?.update(0);
  }

  hideBar(): void {
    this.bar?.stop();
    this.bar = null;
    this.text = null;
  }
}

/** A file or a pipe: only lines that stay. */
export class PlainScreen implements Screen {
  constructor(private readonly stream: OutputStream) {}

  line(text: string): void {
    this.stream.write(`${text}\n`);
  }

  warn(text: string): void {
    this.line(`WARNING: ${text}`);
  }

  showBar(): void {}
  refreshBar(): void {}
  hideBar(): void {}
}
