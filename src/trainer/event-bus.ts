import { EventEmitter } from 'eventemitter3';
import type { ListenerOptions, RunEventBus, RunEvents } from '../contracts';

type Listener<K extends keyof RunEvents> = (...args: RunEvents[K]) => void;

/**
 * The run's event stream: one writer, many readers. A listener that throws is removed and reported once, as a `message`
 * event; the run and the other listeners continue.
 */
export class EventBus implements RunEventBus {
  readonly #emitter = new EventEmitter();
  readonly #presenters = new Set<object>();

  on<K extends keyof RunEvents>(
    event: K,
    listener: Listener<K>,
    { presents = false }: ListenerOptions = {},
  ): () => void {
    const guarded = (...args: RunEvents[K]): void => {
      try {
        // A listener may still be asynchronous; its failure must not become an unhandled rejection.
        const returned = (listener as (...args: RunEvents[K]) => unknown)(...args);
        if (returned instanceof Promise) returned.catch(failed);
      } catch (error) {
        failed(error);
      }
    };
    const failed = (error: unknown): void => {
      dispose();
      this.emit('message', 'warning', reportOf(event, error));
    };
    const dispose = (): void => {
      this.#presenters.delete(guarded);
      this.#emitter.off(event, guarded as (...args: unknown[]) => void);
    };
    if (event === 'message' && presents) this.#presenters.add(guarded);
    this.#emitter.on(event, guarded as (...args: unknown[]) => void);
    return dispose;
  }

  emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void {
    this.#emitter.emit(event, ...args);
  }

  isHeard(event: keyof RunEvents): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  /** Whether a listener shows messages to the user. */
  protected isPresented(): boolean {
    return this.#presenters.size > 0;
  }
}

function reportOf(event: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `A listener of '${event}' failed and is no longer called: ${message}`;
}
