import { callCommand, lastObject } from '../../../bench/compare/call-command';

describe('callCommand', () => {
  it('returns what a command printed', () => {
    expect(callCommand(['node', '-p', '1 + 1'])).toBe('2\n');
  });

  it('reports what failed, why, and what to do, in one message each', () => {
    expect(() => callCommand(['node', '-e', 'console.error("first\\nlast"); process.exit(3)'])).toThrow(
      `The command 'node -e console.error("first\\nlast"); process.exit(3)' failed with exit code 3. last. ` +
        'Run it by itself to see all of its output.',
    );
    expect(() => callCommand(['node', '-e', 'process.kill(process.pid)'])).toThrow(
      "The command 'node -e process.kill(process.pid)' was ended by SIGTERM. Run it by itself to see all of its output.",
    );
    expect(() => callCommand(['no-such-program'])).toThrow(
      "The command 'no-such-program' could not be started. spawnSync no-such-program ENOENT. " +
        'Run it by itself to see all of its output.',
    );
  });
});

describe('lastObject', () => {
  it('reads the last line', () => {
    expect(lastObject(['a'], 'words\n{"seconds":2}\n')).toEqual({ seconds: 2 });
    expect(() => lastObject(['a', 'b'], 'words')).toThrow(
      "The command 'a b' ended without printing its figures. Its last line is 'words'. Run it by itself to see all of its output.",
    );
  });
});
