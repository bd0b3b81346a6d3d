import { StringDecoder } from 'node:string_decoder';

/** Cuts a stream into lines; one that has no end yet waits for it. A carriage return ends a line as well. */
export class LineCutter {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(private readonly onLine: (line: string) => void) {}

  write(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.onLine(line);
  }

  /** What is left counts as a line. */
  end(): void {
    const last = (this.#rest + this.#decoder.end()).replace(/\r$/, '');
    this.#rest = '';
    if (last !== '') this.onLine(last);
  }
}
