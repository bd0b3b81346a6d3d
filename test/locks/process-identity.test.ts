import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAlive, thisProcess } from '../../src/locks';

describe('the identity of a process', () => {
  it('is alive while the process runs', () => {
    expect(isAlive(thisProcess())).toBe(true);
  });

  it('is another one with another start time', () => {
    expect(isAlive({ ...thisProcess(), started: '1' })).toBe(false);
  });

  it('is dead after the end of the process', async () => {
    const child = spawn(process.execPath, ['-e', '0']);
    await once(child, 'exit');
    expect(isAlive({ pid: child.pid!, started: '' })).toBe(false);
  });
});
