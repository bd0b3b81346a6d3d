import koffi from 'koffi';
import type { NativeFunction } from './native-library';

let trim: NativeFunction | null = null;

/**
 * Returns memory that native code has freed to the system. The C library keeps it for requests of the same sizes; after
 * work that is done once there are none.
 */
export function trimHeap(): void {
  if (process.platform !== 'linux') return;
  trim ??= koffi.load('libc.so.6').func('int malloc_trim(size_t)') as NativeFunction;
  trim(0);
}
