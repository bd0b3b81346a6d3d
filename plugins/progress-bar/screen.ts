import { SingleBar } from 'cli-progress';
import { guardOutput, shown, writeLines, writeText } from '../../src';
import type { TerminalAbilities } from '../../src';

/** Where the lines go: `process.stdout` or anything written to like it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a bar shows at a moment, given the columns there are. */
export type BarText = (columns: number) => string;

/**
 * Lines, and below them, on a terminal, one line that changes in place: cli-progress redraws it, at most ten times a second.
 * A file or a pipe gets only lines that stay.
 */
export class Screen {
  private bar: SingleBar | null = null;
  private text: BarText | null = null;

  constructor(
    private readonly stream: OutputStream,
    private readonly abilities: TerminalAbilities,
  ) {
    if (abilities.redraws) guardOutput(stream);
  }

  /** Writes a line that stays. */
  line(text: string): void {
    this.aboveBar(() => writeLines(this.stream, [text]));
  }

  /** Writes a line that must not be missed. */
  warn(text: string): void {
    const line = shown(`WARNING: ${text}`);
    const styled = this.abilities.colours ? `\u001b[1;33m${line}\u001b[0m` : line;
    this.aboveBar(() => writeText(this.stream, `${styled}\n`));
  }

  /** Shows what `text` says from now on, in place. */
  showBar(text: BarText): void {
    this.hideBar();
    if (!this.abilities.redraws) return;
    this.text = text;
    this.bar = new SingleBar({
      stream: this.stream,
      format: () => shown(text(this.stream.columns ?? 80)),
      clearOnComplete: true,
      linewrap: true,
    });
    this.bar.start(1, 0);
  }

  /** Says that what the bar shows may have changed. */
  refreshBar(): void {
    this.bar?.update(0);
  }

  hideBar(): void {
    this.bar?.stop();
    this.bar = null;
    this.text = null;
  }

  /** The bar gives way to lines and comes back below them. */
  private aboveBar(write: () => void): void {
    const { text } = this;
    this.hideBar();
    write();
    if (text !== null) this.showBar(text);
  }
}
