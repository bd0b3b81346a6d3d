import type { Notify, RunEventBus, RunEvents } from '../contracts';

/**
 * An event bus whose messages reach the user all the same where no plugin listens to them: before plugins are built,
 * after they are gone, and in experiments without a progress bar.
 */
export class MessageFallback implements RunEventBus {
  #listeners = 0;

  constructor(
    private readonly bus: RunEventBus,
    private readonly say: Notify,
  ) {}

  on<K extends keyof RunEvents>(event: K, listener: (...args: RunEvents[K]) => void): () => void {
    const stopListening = this.bus.on(event, listener);
    if (event !== 'message') return stopListening;
    this.#listeners += 1;
    let listening = true;
    return () => {
      stopListening();
      if (listening) this.#listeners -= 1;
      listening = false;
    };
  }

  emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void {
    if (event === 'message' && this.#listeners === 0) this.say(...(args as RunEvents['message']));
    this.bus.emit(event, ...args);
  }
  isHeard(event: keyof RunEvents): boolean {
    return event === 'message' || this.bus.isHeard(event);
  }
}
