import { readFileSync, realpathSync } from 'node:fs';
import koffi from 'koffi';
import type { NativeFunction } from './native-library';

/** `MADV_DONTNEED`: the pages are read from the file again where they are needed. */
const DONT_NEED = 4;

/**
 * Lets go of the pages of libraries that only the loader has read: the tables of symbols and relocations at a library's
 * beginning, of which TensorFlow has 120 MiB. Only mappings that nobody has written to are let go.
 */
export function releaseLoaderPages(files: readonly string[]): void {
  if (process.platform !== 'linux') return;
  const madvise = koffi.load('libc.so.6').func('int madvise(uint64_t, size_t, int)') as NativeFunction;
  const mapped = files.map((file) => realpathSync(file));
  for (const { start, end } of untouchedBeginnings(readMappings(), mapped)) {
    madvise(start, end - start, DONT_NEED);
  }
}

/** Nothing where a container hides `/proc`: memory is all that is lost by it. */
function readMappings(): string {
  try {
    return readFileSync('/proc/self/smaps', 'utf8');
  } catch {
    return '';
  }
}

interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** Of `/proc/self/smaps`: where the files' beginnings are mapped for reading, without a page of the process's own. */
export function untouchedBeginnings(smaps: string, files: readonly string[]): AddressRange[] {
  // Each mapping begins with 'start-end r--p offset device inode path', and lines of figures follow.
  const mappings = smaps.split(/^(?=[\da-f]+-[\da-f]+ )/m);
  return mappings.flatMap((mapping) => {
    const [, start = '', end = '', path = ''] =
      /^([\da-f]+)-([\da-f]+) r--p 0+ \S+ \S+ +(.*)$/m.exec(mapping) ?? [];
    const isUntouched = /^Anonymous: +0 kB$/m.test(mapping);
    if (!isUntouched || !files.includes(path)) return [];
    return [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }];
  });
}
