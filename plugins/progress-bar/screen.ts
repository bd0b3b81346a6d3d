import { SingleBar } from 'cli-progress';
import { guardOutput, shown, writeLines, writeText } from '../../src';

/** Where the lines go: `process.stdout` or anything written to like it. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

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

/** A line that must not be missed. */
function writeWarning(stream: OutputStream, text: string, inColour: boolean): void {
  const line = shown(`WARNING: ${text}`);
  writeText(stream, inColour ? `\u001b[1;33m${line}\u001b[0m\n` : `${line}\n`);
}

/** A terminal: cli-progress redraws the bar, at most ten times a second. */
export class TerminalScreen implements Screen {
  private bar: SingleBar | null = null;
  private text: BarText | null = null;

  constructor(
    private readonly stream: OutputStream,
    private readonly inColour: boolean,
  ) {
    guardOutput(stream);
  }

  line(text: string): void {
    this.aboveBar(() => writeLines(this.stream, [text]));
  }

  warn(text: string): void {
    this.aboveBar(() => writeWarning(this.stream, text, this.inColour));
  }

  showBar(text: BarText): void {
    this.hideBar();
    this.text = text;
    this.bar = new SingleBar({
      stream: this.stream,
      format: () => shown(text(this.stream.columns ?? 80)),
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

  /** The bar gives way to lines and comes back below them. */
  private aboveBar(write: () => void): void {
    const { text } = this;
    this.hideBar();
    write();
    if (text !== null) this.showBar(text);
  }
}

/** A file or a pipe: only lines that stay. */
export class PlainScreen implements Screen {
  constructor(
    private readonly stream: OutputStream,
    private readonly inColour: boolean,
  ) {}

  line(text: string): void {
    writeLines(this.stream, [text]);
  }

  warn(text: string): void {
    writeWarning(this.stream, text, this.inColour);
  }

  showBar(): void {}
  refreshBar(): void {}
  hideBar(): void {}
}
