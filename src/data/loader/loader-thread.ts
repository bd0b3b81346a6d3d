import type { Worker } from 'node:worker_threads';
import { FulgurError } from '../../errors';
import { reasonOf } from '../datasets/data-errors';
import type { FillResult, FillTask } from './fill-slot';
import { startThread } from './start-thread';
import type { WorkerReply, WorkerSetup } from './worker-messages';

export interface ThreadEvents<T> {
  onReady(): void;
  onDone(ticket: T, result: FillResult): void;
  /** Called once when the thread has ended other than by `terminate`. */
  onDeath(reason: string, cause: unknown): void;
}

/** A loader thread and its tasks; `T` identifies a task to the caller. */
export class LoaderThread<T> {
  readonly #worker: Worker;
  readonly #tasks = new Map<number, T>();
  readonly #position = new Uint32Array(new SharedArrayBuffer(4));
  #nextId = 0;
  #ready = false;
  #lastError: unknown = null;
  #ended = false;

  constructor(setup: Omit<WorkerSetup, 'position'>, events: ThreadEvents<T>) {
    this.#worker = startThread({ ...setup, position: this.#position });
    this.#worker.on('message', (reply: WorkerReply) => this.#receive(reply, events));
    this.#worker.on('error', (error) => (this.#lastError = error));
    this.#worker.once('exit', (code) => {
      if (this.#ended) return;
      this.#ended = true;
      const { name } = (this.#lastError ?? {}) as { name?: string };
      const said = this.#lastError === null ? `it ended with exit code ${code}` : reasonOf(this.#lastError);
      events.onDeath(name === undefined || name === 'Error' ? said : `${name}: ${said}`, this.#lastError);
    });
    this.#worker.unref();
  }

  /** Whether it has opened its data set and built its transform. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** The number of its tasks. */
  get load(): number {
    return this.#tasks.size;
  }

  /** Index of the sample that it is working on, or last worked on. */
  get position(): number {
    return Atomics.load(this.#position, 0);
  }

  /** Its tasks, the current one first. */
  tasks(): T[] {
    return [...this.#tasks.values()];
  }

  send(ticket: T, slot: number, task: FillTask): void {
    const id = this.#nextId++;
    this.#tasks.set(id, ticket);
    this.#worker.postMessage({ id, slot, task });
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  async terminate(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #receive(reply: WorkerReply, events: ThreadEvents<T>): void {
    if (this.#ended) return;
    if (reply.kind === 'ready') {
      this.#ready = true;
      events.onReady();
    } else if (reply.kind === 'unfit') {
      const { reason, stack, parts } = reply;
      const error = parts === null ? new Error(reason) : new FulgurError('data', parts);
      this.#lastError = Object.assign(error, { stack });
      void this.#worker.terminate();
    } else {
      const ticket = this.#tasks.get(reply.id);
      this.#tasks.delete(reply.id);
      if (ticket !== undefined) events.onDone(ticket, reply.result);
    }
  }
}
