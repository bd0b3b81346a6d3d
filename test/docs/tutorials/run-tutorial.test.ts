import { missingLine, parseTutorial } from './parse-tutorial';
import { runTutorial } from './run-tutorial';

const fence = '```';
const block = (info: string, ...lines: string[]) => [fence + info, ...lines, fence, ''].join('\n');

describe('a page', () => {
  it('has files, commands and the output of commands; other blocks are shown only', () => {
    const page = [
      'Save this as `a.txt`:\n\n',
      ...[block('text [a.txt]', 'hello'), block('bash', 'cat a.txt'), block('text', 'hello')],
      block('sh', 'rm -rf everything'),
    ].join('');
    expect(parseTutorial(page)).toEqual([
      { kind: 'file', line: 3, path: 'a.txt', text: 'hello\n' },
      { kind: 'commands', line: 6, text: 'cat a.txt\n', expected: ['hello'] },
    ]);
  });

  it.each([
    ['a file that no text names', block('ts [a.ts]', 'x'), 'Line 1: no text above names the file a.ts.'],
    ['output without a command', block('text', 'x'), 'Line 1: no command stands before this output.'],
    [
      'a file that is written twice',
      ['`a`', block('ts [a]', 'x'), '`a`', block('ts [a]', 'x')].join('\n'),
      'Line 7: the file a is written twice.',
    ],
    ['nothing to run', 'Read this.', 'The page runs nothing.'],
  ])('is rejected with %s', (_, page, message) => {
    expect(() => parseTutorial(page)).toThrow(new Error(message));
  });
});

describe('promised output', () => {
  it.each([
    [['b', 'd'], null],
    [['  step … of 9  '], null],
    [['d', 'b'], 'b'],
    [['step'], 'step'],
    [['step . of 9'], 'step . of 9'],
  ])('%j lacks %j', (expected, missing) => {
    expect(missingLine(expected, 'a\nb\nstep 3 of 9\n  d\n')).toBe(missing);
  });
});

describe('running a page', () => {
  it('keeps folders and variables from block to block', async () => {
    const page = [
      block('bash', 'mkdir here && cd here', 'export WORD=hello'),
      'Write `place.txt`.\n\n',
      block('text [place.txt]', 'inside'),
      block('bash', 'echo $WORD; cat place.txt; basename $PWD'),
      block('text', 'hello', 'inside', 'here'),
    ].join('');
    await expect(runTutorial(page)).resolves.toEqual(['', '', 'hello\ninside\nhere\n']);
  });

  it('fails with the line of a command that fails, and what it said', async () => {
    const page = [block('bash', 'echo one'), block('bash', 'echo two', 'ls /missing', 'echo three')].join('');
    await expect(runTutorial(page)).rejects.toThrow(
      /^Line 4: the block of commands ended with 2\.\ntwo\nls: .*missing.*\n$/,
    );
  });

  it('fails where a command in a pipe fails, and where a program is missing', async () => {
    await expect(runTutorial(block('bash', 'false | cat'))).rejects.toThrow(
      'Line 1: the block of commands ended with 1.',
    );
    await expect(runTutorial(block('bash', 'npx missing'))).rejects.toThrow(
      'Line 1: the block of commands ended with 127.',
    );
    await expect(runTutorial(block('bash', 'npm install missing'))).rejects.toThrow(
      'npm: the repository does not have the package missing',
    );
  });

  it('fails with the promised line that did not come', async () => {
    const page = [block('bash', 'echo one; echo two'), block('text', 'one', 'three')].join('');
    await expect(runTutorial(page)).rejects.toThrow(
      new Error("Line 1: the block of commands lacks the line 'three' in its output.\none\ntwo\n"),
    );
  });

  it('ends a page that takes too long, and what it started', async () => {
    await expect(runTutorial(block('bash', 'sleep 100 & sleep 100'), 0.5)).rejects.toThrow(
      'Line 1: the block of commands ended with SIGKILL.',
    );
  });
});
