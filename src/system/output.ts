import { shown } from './shown';

/** A stream of the process to write to, or one like it. */
export type Output = Pick<NodeJS.WritableStream, 'write' | 'on'>;

const guarded = new WeakSet<Output>();

/**
 * Lets a stream fail without ending the process: its reader has gone (`| head`), its disk is full, its terminal is
 * closed. Anything written from then on is lost.
 */
export function guardOutput(stream: Output, onFirstFailure: (error: Error) => void = () => undefined): void {
  if (guarded.has(stream)) return;
  guarded.add(stream);
  let failed = false;
  stream.on('error', (error: Error) => {
    if (failed) return;
    failed = true;
    onFirstFailure(error);
  });
}

/** Guards the output of this process, and reports on one stream that the other is gone. */
export function guardProcessOutput(): void {
  guardOutput(process.stderr);
  guardOutput(process.stdout, ({ message }) => {
    writeLines(process.stderr, [
      `The standard output can no longer be written (${message}): the run continues without it.`,
    ]);
  });
}

/** Writes text unchanged. Never fails, and never ends the process. */
export function writeText(stream: Output, text: string): void {
  guardOutput(stream);
  try {
    stream.write(text);
  } catch (error) {
    // A file accepts data synchronously, and its error occurs synchronously.
    (stream as NodeJS.WritableStream).emit('error', error);
  }
}

/** Writes lines, each in its printable form. Never fails, and never ends the process. */
export function writeLines(stream: Output, lines: readonly string[]): void {
  writeText(stream, lines.map((line) => `${shown(line)}\n`).join(''));
}
