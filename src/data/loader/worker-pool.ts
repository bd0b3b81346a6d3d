import type { FillResult, FillTask } from './fill-slot';
import { loaderClosed, workersDie, workersDoNotStart } from './loader-errors';
import { LoaderThread } from './loader-thread';
import type { WorkerSetup } from './worker-messages';

/** A task of the pool. */
interface PendingTask {
  readonly slot: number;
  readonly task: FillTask;
  readonly resolve: (result: FillResult) => void;
  readonly reject: (error: Error) => void;
  deaths: number;
}

export interface WorkerPoolOptions {
  readonly threads: number;
  readonly setup: Omit<WorkerSetup, 'position'>;
  /** A sample's name in messages. */
  readonly describe: (index: number) => string;
  readonly onWarning: (text: string) => void;
}

const maxDeaths = 3;
/** A second task waits in the thread, so that it does not idle while its reply is on the way. */
const tasksPerThread = 2;

/**
 * A pool of threads that fill slots. They live as long as the pool. A thread that dies is replaced and its tasks are
 * repeated, so that its death does not change the data. Idle threads do not keep the process alive.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #threads = new Set<LoaderThread<PendingTask>>();
  readonly #waiting: PendingTask[] = [];
  #holds = 0;
  #failedStarts = 0;
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Starts the threads that are not running yet. */
  start(): void {
    while (!this.#closed && this.#threads.size < this.#options.threads) this.#addThread();
  }

  /** Queues a task; the promise settles when its places are filled or filling has failed. */
  run(slot: number, task: FillTask): Promise<FillResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(loaderClosed());
        return;
      }
      this.#waiting.push({ slot, task, resolve, reject, deaths: 0 });
      this.start();
      this.#distribute();
    });
  }

  /** Keeps the process alive until `promise` settles; busy threads alone do not. */
  async hold<T>(promise: Promise<T>): Promise<T> {
    this.#holds += 1;
    this.#applyHolds();
    try {
      return await promise;
    } finally {
      this.#holds -= 1;
      this.#applyHolds();
    }
  }

  /** Ends all threads; unfinished tasks fail. */
  async close(): Promise<void> {
    this.#closed = true;
    const threads = [...this.#threads];
    this.#threads.clear();
    const left = [...this.#waiting.splice(0), ...threads.flatMap((thread) => thread.tasks())];
    for (const pending of left) pending.reject(loaderClosed());
    await Promise.all(threads.map((thread) => thread.terminate()));
  }

  #addThread(): void {
    const thread = new LoaderThread<PendingTask>(this.#options.setup, {
      onReady: () => {
        this.#failedStarts = 0;
        this.#distribute();
      },
      onDone: (pending, result) => {
        pending.resolve(result);
        this.#distribute();
      },
      onDeath: (reason, cause) => this.#bury(thread, reason, cause),
    });
    this.#threads.add(thread);
    if (this.#holds > 0) thread.ref();
  }

  #distribute(): void {
    for (let load = 0; load < tasksPerThread; load++) {
      for (const thread of this.#threads) {
        if (this.#waiting.length === 0) return;
        if (!thread.isReady || thread.load !== load) continue;
        const pending = this.#waiting.shift();
        if (pending !== undefined) thread.send(pending, pending.slot, pending.task);
      }
    }
  }

  #bury(thread: LoaderThread<PendingTask>, reason: string, cause: unknown): void {
    if (!this.#threads.delete(thread)) return;
    if (!thread.isReady) {
      this.#buryStillborn(reason, cause);
      return;
    }
    const tasks = thread.tasks();
    const [atWork] = tasks;
    const sample = this.#options.describe(thread.position);
    if (atWork === undefined) {
      this.#options.onWarning(`A loader thread died after ${sample} (${reason}); it is replaced.`);
    } else {
      atWork.deaths += 1;
      if (atWork.deaths >= maxDeaths) {
        tasks.shift();
        atWork.reject(workersDie(sample, atWork.deaths, reason, cause));
      } else {
        this.#options.onWarning(
          `A loader thread died at ${sample} (${reason}); it is replaced and its work is repeated.`,
        );
      }
    }
    this.#waiting.unshift(...tasks);
    if (this.#waiting.length > 0) this.start();
  }

  #buryStillborn(reason: string, cause: unknown): void {
    // If other threads work, they do all of it.
    if ([...this.#threads].some((thread) => thread.isReady)) return;
    this.#failedStarts += 1;
    if (this.#failedStarts < maxDeaths) {
      if (this.#waiting.length > 0) this.start();
      return;
    }
    for (const pending of this.#waiting.splice(0)) pending.reject(workersDoNotStart(reason, cause));
    this.#failedStarts = 0;
  }

  #applyHolds(): void {
    for (const thread of this.#threads) {
      if (this.#holds > 0) thread.ref();
      else thread.unref();
    }
  }
}
