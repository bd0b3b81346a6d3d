/** The longest time that Node's own timers support: beyond it they fire at once. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

/** A wait that can be cancelled. */
export interface RunningTimer {
  cancel(): void;
  /** Lets the process end during the wait. */
  unref(): RunningTimer;
}

/** Calls `action` once, after a time of any length: `Infinity` waits for ever. */
export function startTimer(milliseconds: number, action: () => void): RunningTimer {
  const end = performance.now() + milliseconds;
  let keepsAlive = true;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = Math.max(0, end - performance.now());
    timer = setTimeout(left > LONGEST_MILLISECONDS ? wait : action, Math.min(left, LONGEST_MILLISECONDS));
    if (!keepsAlive) timer.unref();
  };
  wait();
  const handle: RunningTimer = {
    cancel: () => clearTimeout(timer),
    unref: () => {
      keepsAlive = false;
      timer.unref();
      return handle;
    },
  };
  return handle;
}

/** Waits for a time of any length; `signal` ends the wait with its reason. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = startTimer(milliseconds, () => {
      signal?.removeEventListener('abort', stop);
      resolve();
    });
    signal?.addEventListener('abort', stop, { once: true });
  });
}
