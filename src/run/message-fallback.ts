import type { Notify, RunEventBus, RunEvents } from '../contracts';

/**
 * An event bus whose messages reach the user all the same where no plugin listens to them: before plugins are built,
 * after they are gone, and in experiments without a progress bar. There it also says why a plugin ended the run.
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
    if (this.#listeners === 0) {
      if (event === 'message') this.say(...(args as RunEvents['message']));
      if (event === 'runEnded') this.#sayWhyItEnded(...(args as RunEvents['runEnded']));
    }
    this.bus.emit(event, ...args);
  }

  isHeard(event: keyof RunEvents): boolean {
    return event === 'message' || this.bus.isHeard(event);
  }

  /** A run that a plugin ended before its time is not to look like one that was done. */
  #sayWhyItEnded(...[status, detail]: RunEvents['runEnded']): void {
    if (status === 'stopped' && detail !== null) this.say('info', `Training was stopped: ${detail}.`);
  }
}
