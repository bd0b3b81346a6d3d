import { LineCutter } from '../../../src/launch/local/line-cutter';

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
});
