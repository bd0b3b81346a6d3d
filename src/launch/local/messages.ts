import { writeLines } from '../../system';
import { dieWithParent } from '../native/libc';

/** What a rank tells the launcher that started it. */
export type FromRank =
  | { readonly kind: 'run-folder'; readonly path: string }
  /** Its exchanges found that other ranks are gone. */
  | { readonly kind: 'lost'; readonly ranks: readonly number[] };

/** What the launcher tells a rank. */
export interface FromLauncher {
  readonly kind: 'signal';
  readonly signal: LaunchSignal;
}

/** Signals that reach ranks through their launcher. */
export type LaunchSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGUSR1';

/** Whether a launcher started this process; the launcher has then reported what concerns all ranks. */
export function isLaunched(): boolean {
  return process.connected;
}

/** Sends the launcher a message; does nothing if no launcher started this process. */
export function tellLauncher(message: FromRank): void {
  if (isLaunched()) process.send?.(message);
}

/**
 * Ties this process to the launcher that started it: it receives the launcher's signals, and ends when the launcher
 * ends. Does nothing if no launcher started it. Does not keep the process alive.
 */
export function followLauncher(onSignal: (signal: LaunchSignal) => void): void {
  if (!isLaunched()) return;
  dieWithParent();
  process.on('message', (message: FromLauncher) => onSignal(message.signal));
  process.on('disconnect', () => {
    writeLines(process.stderr, ['The launcher of this rank has ended, so the rank ends too.']);
    process.exit(1);
  });
  process.channel?.unref();
}
