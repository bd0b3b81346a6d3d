/**
 * Waits for the end of some work, or for a signal and its reason, whichever comes first: for work that receives the
 * signal but may not react to it, such as Node's decompression of a truncated response.
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
    // Later results are ignored.
    work.catch(() => undefined);
  }
}
