import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig } from '../../src/config';
import { Experiment } from '../../src/metadata';
import { openRunPlace } from '../../src/run/run-place';
import { temporaryFolder } from './child';

const root = temporaryFolder();

@Experiment({ name: 'plain', data: { name: 'digits' } })
class Plain {}

function place(...args: readonly string[]) {
  return openRunPlace(resolveConfig(Plain, ['--trainer.defaultRootDir', root, ...args]));
}

describe('openRunPlace', () => {
  it('makes the next folder of the experiment, which stays', () => {
    const first = place();
    const second = place();
    second.close();
    expect(first.folder.path).toBe(join(root, 'plain', 'version_0'));
    expect(second.folder.path).toBe(join(root, 'plain', 'version_1'));
    expect(readdirSync(join(root, 'plain')).sort()).toEqual(['version_0', 'version_1']);
  });

  it('makes a folder elsewhere for a trial, and takes it away with all that is in it', () => {
    const { folder, close } = place('--trainer.fastDevRun');
    expect(folder.path.startsWith(root)).toBe(false);
    writeFileSync(folder.resolve('metrics.csv'), 'epoch,step\n');
    close();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('says where no folder can be made', () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    expect(() => place('--trainer.defaultRootDir', file)).toThrow(
      `The run's folder cannot be made in '${file}': ENOTDIR: not a directory, mkdir '${join(file, 'plain')}'. ` +
        'Make it writable, or name another one with --trainer.defaultRootDir.',
    );
  });

  it('refuses to resume a trial from checkpoints that it cannot have', () => {
    expect(() => place('--trainer.fastDevRun', '--resume', 'last')).toThrow(
      "'--resume last' was given to a trial run (trainer.fastDevRun). A trial has a folder of its own, without checkpoints. Name the checkpoint's folder after --resume.",
    );
  });
});
