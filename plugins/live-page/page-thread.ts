import { extname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { messageOf, runInThread, startTimer } from '../../src';
import type { LiveEnd } from '../../src';
import type { FromThread, ThreadSetup, ToThread } from './thread-messages';

/** Milliseconds that the thread may take to start, and to process what was posted. */
const startMs = 20_000;
const settleMs = 1000;
/** Memory limit of the thread, far above what it needs. */
const mostMegabytes = 256;

/**
 * The thread that serves the page. Training waits for it only at its start and end; whatever happens to the thread, the
 * run continues.
 */
export class PageThread {
  private echoes = 0;
  private gone = false;
  private readonly waiting = new Map<number, () => void>();

  private constructor(
    private readonly worker: Worker,
    onFailure: (reason: string) => void,
  ) {
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'echo') this.waiting.get(message.echo)?.();
    });
    worker.on('error', (error) => onFailure(messageOf(error)));
    worker.on('exit', () => {
      this.gone = true;
      for (const release of this.waiting.values()) release();
    });
  }

  /**
   * Starts the thread.
   *
   * @param onFailure is told why the thread ended early.
   * @returns the address at which it listens.
   * @throws Error if it cannot be started.
   */
  static async start(
    setup: ThreadSetup,
    onFailure: (reason: string) => void,
  ): Promise<{ readonly thread: PageThread; readonly port: number }> {
    const entry = join(__dirname, `server-thread${extname(__filename)}`);
    const worker = runInThread(entry, setup, [], {
      name: 'fulgur-live-page',
      resourceLimits: { maxOldGenerationSizeMb: mostMegabytes },
    });
    const port = await new Promise<number>((resolve, reject) => {
      const fail = (reason: string): void => {
        void worker.terminate();
        reject(new Error(reason));
      };
      const timer = startTimer(startMs, () => fail(`its thread did not start within ${startMs / 1000} s`));
      worker.once('message', (message: FromThread) => {
        timer.cancel();
        if (message.kind === 'listening') resolve(message.port);
        else fail(message.kind === 'unable' ? message.reason : 'its thread does not work');
      });
      worker.once('error', (error) => {
        timer.cancel();
        reject(error);
      });
    });
    // A run that hangs must end as it would without a page.
    worker.unref();
    return { thread: new PageThread(worker, onFailure), port };
  }

  post(message: ToThread): void {
    if (!this.gone) this.worker.postMessage(message);
  }

  /** Waits until everything posted has been written to the readers, for at most one second. */
  async settle(): Promise<void> {
    if (this.gone) return;
    const echo = ++this.echoes;
    await new Promise<void>((resolve) => {
      const timer = startTimer(settleMs, resolve);
      this.waiting.set(echo, () => {
        timer.cancel();
        resolve();
      });
      this.worker.ref();
      this.post({ echo });
    });
    this.waiting.delete(echo);
    this.worker.unref();
  }

  /** Tells the readers how the run ended, and ends the thread; the process waits for it for a fraction of a second. */
  finish(end: LiveEnd): void {
    if (this.gone) return;
    this.worker.ref();
    this.post({ end, last: true });
  }
}
