/**
 * The end of some work, or the reason of a signal that comes first: for work that is told of the signal and may not hear it,
 * such as Node's decompression of an answer that breaks off.
 */
export async function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
    // What comes later is nobody's any more.
    work.catch(() => undefined);
  }
}
