import { messageOf, pause, startTimer } from '../../src';
import type { RunningTimer } from '../../src';
import type { EntityNames } from './entities';
import type { JournalEntry, JournalRow } from './journal';
import { ServerProblem } from './mlflow-client';
import type { MetricPoint, RemoteRun, RemoteStatus } from './remote-run';

/** Milliseconds between attempts: doubled after each failure, up to the maximum. */
const pauses = { first: 1000, longest: 60_000, atTheEnd: 200 };

/** Sends rows in parallel with training, which waits for it only at the end, for a bounded time. */
export class Delivery {
  /** Number of rows and pictures that the server has accepted so far. */
  sent: number;
  private waiting: JournalEntry[] = [];
  private work: Promise<void> | null = null;
  private timer: RunningTimer | null = null;
  private wait = pauses.first;
  /** The reason why rows are not being sent, for the report at the end. */
  private problem: ServerProblem | null = null;
  private told = false;
  private isEnding = false;

  /** @param closing aborts requests when the end of the run has waited long enough. */
  constructor(
    private readonly run: RemoteRun,
    sent: number,
    private readonly names: EntityNames,
    private readonly warn: (sentence: string) => void,
    private readonly closing: AbortController,
  ) {
    this.sent = sent;
  }

  send(entries: readonly JournalEntry[]): void {
    this.waiting.push(...entries);
    this.wake();
  }

  /**
   * Registers the run with the server and sends what is waiting; does nothing while that is in progress or waiting for
   * a retry.
   */
  wake(): void {
    if (this.work !== null || this.timer !== null || this.isRefused || this.isEnding) return;
    this.work = this.sendAll().then((done) => {
      this.work = null;
      if (!done && !this.isRefused && !this.isEnding) this.retryLater();
    });
  }

  /**
   * Sends what is still waiting, and how the run ended.
   *
   * @returns how much was not sent, and why, or why the end was not reported; `null` if all went well.
   */
  async finish(status: RemoteStatus, seconds: number): Promise<Undelivered | null> {
    this.isEnding = true;
    this.timer?.cancel();
    const limit = startTimer(seconds * 1000, () => this.closing.abort());
    try {
      await this.work;
      while (!this.isRefused && !(await this.tryToEnd(status)) && !this.closing.signal.aborted) {
        await pause(pauses.atTheEnd);
      }
    } finally {
      limit.cancel();
    }
    if (this.problem === null) return null;
    const images = this.waiting.filter(({ kind }) => kind === 'image').length;
    return { rows: this.waiting.length - images, images, why: this.problem.message };
  }

  private async tryToEnd(status: RemoteStatus): Promise<boolean> {
    return (await this.sendAll()) && this.attempt(() => this.run.end(status));
  }

  private async sendAll(): Promise<boolean> {
    return this.attempt(async () => {
      await this.run.prepare();
      for (let first = this.waiting[0]; first !== undefined; first = this.waiting[0]) {
        let done = 1;
        if (first.kind === 'image') await this.run.upload(first);
        else {
          const { rows, metrics } = nextBatch(leadingRows(this.waiting), this.names);
          await this.run.log(metrics);
          done = rows;
        }
        this.waiting = this.waiting.slice(done);
        this.sent += done;
      }
      this.wait = pauses.first;
    });
  }

  private async attempt(action: () => Promise<void>): Promise<boolean> {
    try {
      await action();
      this.problem = null;
      return true;
    } catch (error) {
      // No error may escape, since nothing awaits this promise.
      const problem =
        error instanceof ServerProblem ? error : new ServerProblem(`${messageOf(error)}.`, false);
      // The error of a request aborted at the end says less than the reason for aborting it.
      if (!this.closing.signal.aborted || this.problem === null) this.problem = problem;
      this.tell(problem);
      return false;
    }
  }

  /** Warned about only once, as a server may come and go many times. */
  private tell({ message, passing }: ServerProblem): void {
    if ((this.told && passing) || this.closing.signal.aborted) return;
    this.told = true;
    const then = passing ? 'rows wait until it does' : 'nothing more is sent';
    this.warn(`${message} Training continues, and ${then}.`);
  }

  private get isRefused(): boolean {
    return this.problem?.passing === false;
  }

  private retryLater(): void {
    // A pending attempt does not keep the process alive.
    this.timer = startTimer(this.wait, () => {
      this.timer = null;
      this.wake();
    }).unref();
    this.wait = Math.min(this.wait * 2, pauses.longest);
  }
}

/** What a run could not send before it ended. */
export interface Undelivered {
  readonly rows: number;
  readonly images: number;
  readonly why: string;
}

/** Returns the rows before the next picture. */
function leadingRows(entries: readonly JournalEntry[]): JournalRow[] {
  const rows: JournalRow[] = [];
  for (const entry of entries) {
    if (entry.kind === 'image') break;
    rows.push(entry);
  }
  return rows;
}

/** Maximum number of metrics per request. */
const largestBatch = 1000;

/**
 * Returns the points of the first rows, as many as fit into one request.
 *
 * @param names maps each metric to its name in MLflow.
 * @returns the points and the number of rows; a row that is too long for one request is cut.
 */
function nextBatch(
  rows: readonly JournalRow[],
  names: EntityNames,
): { rows: number; metrics: MetricPoint[] } {
  const metrics: MetricPoint[] = [];
  let taken = 0;
  for (const row of rows) {
    const points = pointsOf(row, names);
    if (taken > 0 && metrics.length + points.length > largestBatch) break;
    metrics.push(...points.slice(0, largestBatch));
    taken += 1;
  }
  return { rows: taken, metrics };
}

function pointsOf({ time, step, values }: JournalRow, names: EntityNames): MetricPoint[] {
  return Object.entries(values).map(([name, value]) => ({
    key: names.of(name),
    value: Number.isFinite(value) ? value : String(value),
    timestamp: time,
    step,
  }));
}
