import { StringDecoder } from 'node:string_decoder';

/** Longer lines are split: a program may write for ever without ending a line. */
const LONGEST_LINE = 1 << 16;

/**
 * Splits a stream into lines; an incomplete line is kept until its end arrives. A carriage return also ends a line.
 * Takes time proportional to the text, and keeps no more of it than one line of maximum length.
 */
export class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  /** Whether the text so far ends with a carriage return, to which a line feed may still belong. */
  #returned = false;

  constructor(
    private readonly onLine: (line: string) => void,
    private readonly longest = LONGEST_LINE,
  ) {}

  write(chunk: Buffer): void {
    let text = this.#decoder.write(chunk);
    if (text === '') return;
    if (this.#returned) text = `\r${text}`;
    this.#returned = text.endsWith('\r');
    if (this.#returned) text = text.slice(0, -1);
    const pieces = text.split(/\r\n|\n|\r/);
    const last = pieces.pop() ?? '';
    for (const piece of pieces) {
      this.#add(piece);
      this.#finish();
    }
    this.#add(last);
  }

  /** The rest counts as a line. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#rest !== '') this.#finish();
    this.#returned = false;
  }

  #add(piece: string): void {
    let from = 0;
    while (this.#rest.length + piece.length - from > this.longest) {
      const to = from + this.longest - this.#rest.length;
      this.#rest += piece.slice(from, to);
      from = to;
      this.#finish();
    }
    this.#rest += piece.slice(from);
  }

  #finish(): void {
    const line = this.#rest;
    this.#rest = '';
    this.onLine(line);
  }
}
