import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const STDERR = 2;

/** Runs an action while the output of native code does not reach the terminal; no other JavaScript runs meanwhile. */
export function withQuietStderr<T>(action: () => T): T {
  const libc = koffi.load('libc.so.6');
  const dup = libc.func('int dup(int)');
  const dup2 = libc.func('int dup2(int, int)');
  const saved = Number(dup(STDERR));
  const nowhere = openSync('/dev/null', 'w');
  dup2(nowhere, STDERR);
  try {
    return action();
  } finally {
    dup2(saved, STDERR);
    closeSync(nowhere);
    closeSync(saved);
  }
}
