import { LineCutter } from '../../src/system';

function cut(...chunks: readonly (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter((line) => lines.push(line));
  for (const chunk of chunks) cutter.write(Buffer.from(chunk as string));
  cutter.end();
  return lines;
}

describe('LineCutter', () => {
  it.each([
    ['whole lines', ['one\ntwo\n'], ['one', 'two']],
    ['lines in pieces', ['on', 'e\nt', 'wo'], ['one', 'two']],
    ['empty lines', ['one\n\ntwo\n'], ['one', '', 'two']],
    ['the redrawn line of a progress bar', ['50%\r100%\rdone\n'], ['50%', '100%', 'done']],
    ["Windows' ends of lines, also cut in two", ['one\r', '\ntwo\r\n'], ['one', 'two']],
    ['nothing', ['', ''], []],
  ])('cuts %s', (_, chunks, lines) => {
    expect(cut(...chunks)).toEqual(lines);
  });

  it('keeps a letter whole that is cut in two', () => {
    const bytes = Buffer.from('grüße\n');
    expect(cut(bytes.subarray(0, 3), bytes.subarray(3))).toEqual(['grüße']);
  });

  it('hands out a line without an end in pieces, and takes time in proportion', () => {
    const lengths: number[] = [];
    const cutter = new LineCutter((line) => lengths.push(line.length));
    const chunk = Buffer.alloc(1 << 16, 'x');
    const begun = performance.now();
    for (let chunks = 0; chunks < 2048; chunks++) cutter.write(chunk);
    cutter.write(Buffer.from('the end\n'));
    // 128 MB: quadratic, 8 MB of it took a second.
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(2048 * (1 << 16) + 7);
    expect(Math.max(...lengths)).toBe(1 << 16);
  });

  it.each([
    ['a line of the greatest length', ['abcd\n'], ['abcd']],
    ['a longer one', ['abcdef\n'], ['abcd', 'ef']],
    ['one that grows', ['ab', 'cd', 'ef', 'ghij\nk'], ['abcd', 'efgh', 'ij', 'k']],
    ['a return at its end', ['abcd\r', 'ef\r\r', '\n'], ['abcd', 'ef', '']],
  ])('cuts %s', (_, chunks, lines) => {
    const found: string[] = [];
    const cutter = new LineCutter((line) => found.push(line), 4);
    for (const part of chunks) cutter.write(Buffer.from(part));
    cutter.end();
    expect(found).toEqual(lines);
  });
});
