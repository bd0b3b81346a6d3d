import { readFileSync } from 'node:fs';
import { engineInfo, start } from '../../../src/engine';
import { untouchedBeginnings } from '../../../src/engine/native/loader-pages';

describe("a library's pages that only the loader read", () => {
  it('are those of its beginning, where nobody wrote', () => {
    const mapping = (range: string, facts: string, anonymous: number, path: string): string =>
      `${range} ${facts} fe:00 1604                     ${path}\nSize:  8 kB\nAnonymous: ${anonymous} kB\nVmFlags: rd mr\n`;
    const smaps = [
      mapping('7f00a0000000-7f00a0002000', 'r--p 00000000', 0, '/lib/one.so'),
      mapping('7f00a0002000-7f00a0004000', 'r-xp 00002000', 0, '/lib/one.so'),
      mapping('7f00a0004000-7f00a0006000', 'r--p 00004000', 8, '/lib/one.so'),
      mapping('7f00b0000000-7f00b0002000', 'r--p 00000000', 4, '/lib/two.so'),
      mapping('7f00c0000000-7f00c0002000', 'r--p 00000000', 0, '/lib/three.so'),
    ].join('');
    expect(untouchedBeginnings(smaps, ['/lib/one.so', '/lib/two.so'])).toEqual([
      { start: 0x7f00a0000000n, end: 0x7f00a0002000n },
    ]);
  });

  it('are let go once TensorFlow is loaded', async () => {
    await start();
    if (process.platform !== 'linux') return;
    const smaps = readFileSync('/proc/self/smaps', 'utf8');
    const { library } = engineInfo();
    const mappings = smaps.split(/^(?=[\da-f]+-[\da-f]+ )/m);
    const resident = mappings
      .filter((text) => / r--p 0+ .*libtensorflow_cc\.so\.2$/m.test(text) && text.includes(library))
      .map((text) => Number(/^Rss: +(\d+) kB$/m.exec(text)?.[1]));
    // 120 MiB are its tables alone.
    expect(resident).toHaveLength(1);
    expect(resident[0]! / 1024).toBeLessThan(60);
  });
});
