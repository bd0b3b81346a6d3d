import { SingleBar } from 'cli-progress';
import { guardOutput, shown, writeLines, writeText } from '../../src';
import type { TerminalAbilities } from '../../src';

/** The output: `process.stdout` or anything that is written to like it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Returns what a bar shows at a moment, given the number of columns. */
export type BarText = (columns: number) => string;

/**
 * Lines, and on a terminal one line below them that changes in place: cli-progress redraws it, at most ten times per
 * second. A file or a pipe receives only permanent lines.
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

  /** Writes a permanent line. */
  line(text: string): void {
    this.aboveBar(() => writeLines(this.stream, [text]));
  }

  /** Writes a line that must not be missed. */
  warn(text: string): void {
    const line = shown(`WARNING: ${text}`);
    const styled = this.abilities.colours ? `\u001b[1;33m${line}\u001b[0m` : line;
    this.aboveBar(() => writeText(this.stream, `${styled}\n`));
  }

  /** Shows the current result of `text` from now on, in place. */
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

  /** Signals that the text of the bar may have changed. */
  refreshBar(): void {
    this.bar?.update(0);
  }

  hideBar(): void {
    this.bar?.stop();
    this.bar = null;
    this.text = null;
  }

  /** Removes the bar while lines are written, and draws it again below them. */
  private aboveBar(write: () => void): void {
    const { text } = this;
    this.hideBar();
    write();
    if (text !== null) this.showBar(text);
  }
}
