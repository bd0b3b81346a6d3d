import { runProgram } from '../../src/system';
import type { ProgramOptions, ProgramResult } from '../../src/system';

const shell = (script: string, options: Partial<ProgramOptions> = {}): Promise<ProgramResult> =>
  runProgram('/bin/sh', ['-c', script], { limitMs: 5_000, awaited: 'the shell', ...options });

async function timed<T>(action: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const begun = performance.now();
  const result = await action();
  return { result, seconds: (performance.now() - begun) / 1000 };
}

describe('runProgram', () => {
  it('returns what a program wrote, line by line, and how it ended', async () => {
    const lines: string[] = [];
    const onLine = (line: string): void => void lines.push(line);
    const result = await shell('echo one; echo two >&2; printf three; exit 4', { onLine });
    expect(result).toEqual({
      code: 4,
      signal: null,
      stdout: 'one\nthree\n',
      stderr: 'two\n',
      overdue: false,
    });
    expect(lines).toEqual(['one', 'three']);
    expect(await shell('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL', overdue: false });
  });

  it('passes on that a program cannot be started', async () => {
    const start = runProgram('/nowhere/program', [], { limitMs: 1000, awaited: 'it' });
    await expect(start).rejects.toThrow('spawn /nowhere/program ENOENT');
  });

  it.each([
    ['sleeps', 'echo begun; exec sleep 1000'],
    ['does not listen to signals', "trap '' TERM INT HUP; echo begun; while :; do sleep 1; done"],
    ['waits for input', 'echo begun; read line'],
    ['has a child that sleeps', 'echo begun; sleep 1000; echo never'],
    ['is stopped', 'echo begun; kill -STOP $$; echo never'],
  ])('ends one that %s when its time is over', async (_, script) => {
    const { result, seconds } = await timed(() => shell(script, { limitMs: 300 }));
    expect(result).toMatchObject({ code: null, signal: 'SIGKILL', stdout: 'begun\n', overdue: true });
    expect(seconds).toBeLessThan(4);
  });

  it('does not wait for a grandchild that holds the output of a program that has ended', async () => {
    const { result, seconds } = await timed(() => shell('echo done; sleep 1000 & exit 3'));
    expect(result).toMatchObject({ code: 3, stdout: 'done\n', overdue: false });
    expect(seconds).toBeLessThan(4);
  });

  it('lets one take longer that shows signs of life', async () => {
    const speaking = 'for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done';
    expect(await shell(speaking, { limitMs: 700 })).toMatchObject({ code: 0, overdue: false });
    let bytes = 0;
    const counter = setInterval(() => (bytes += 1), 100);
    const silent = await shell('sleep 1.5', { limitMs: 700, sign: () => bytes });
    clearInterval(counter);
    expect(silent).toMatchObject({ code: 0, overdue: false });
  });

  it.each(['yes', 'yes | tr -d "\\n"'])(
    'ends an endless output, and keeps its last part: %s',
    async (command) => {
      const { stdout, stderr, overdue } = await shell(command, { limitMs: 20_000 });
      expect({ overdue, kept: stdout.length, stderr }).toEqual({ overdue: true, kept: 200_000, stderr: '' });
    },
    20_000,
  );

  it('reports after five seconds, once, what it waits for', async () => {
    const said: string[] = [];
    await shell('sleep 5.6', { limitMs: 20_000, onWait: (sentence) => said.push(sentence) });
    expect(said).toEqual(['Waiting for the shell.']);
  }, 20_000);
});
