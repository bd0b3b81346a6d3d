import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Experiment } from '../../src/metadata';
import { openRunPlace } from '../../src/run/place';
import { resolveConfig } from '../config/resolve';
import { temporaryFolder } from './child';

const root = temporaryFolder();

@Experiment({ name: 'plain', data: { name: 'digits' } })
class Plain {}

function place(...args: readonly string[]) {
  return openRunPlace(resolveConfig(Plain, ['--trainer.defaultRootDir', root, ...args]));
}

describe('openRunPlace', () => {
  it('makes the next folder of the experiment, which is kept', async () => {
    const first = await place();
    const second = await place();
    await Promise.all([first.close(), second.close()]);
    expect(first.folder.path).toBe(join(root, 'plain', 'version_0'));
    expect(second.folder.path).toBe(join(root, 'plain', 'version_1'));
    expect(readdirSync(join(root, 'plain')).sort()).toEqual(['version_0', 'version_1']);
  });

  it('makes a folder elsewhere for a trial, and deletes it with all its contents', async () => {
    const { folder, close } = await place('--trainer.fastDevRun');
    expect(folder.path.startsWith(root)).toBe(false);
    writeFileSync(folder.resolve('metrics.csv'), 'epoch,step\n');
    await close();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('reports that no folder can be created', async () => {
    const file = join(root, 'file');
    writeFileSync(file, '');
    await expect(place('--trainer.defaultRootDir', file)).rejects.toThrow(
      `The run folder ${join(file, 'plain')} cannot be created: ENOTDIR: not a directory, mkdir '${join(file, 'plain')}'. ` +
        'Set --trainer.defaultRootDir to a folder to which you can write.',
    );
  });

  it('does not resume a trial from checkpoints that it cannot have', async () => {
    await expect(place('--trainer.fastDevRun', '--resume', 'last')).rejects.toThrow(
      "'--resume last' was given to a trial run (trainer.fastDevRun). A trial has its own folder, without checkpoints. Name the checkpoint's folder after --resume.",
    );
  });

  it('keeps a second run out of a folder in use, and admits it afterwards', async () => {
    const first = await place();
    const checkpoints = first.folder.resolve('checkpoints');
    mkdirSync(join(checkpoints, 'step=1'), { recursive: true });
    writeFileSync(join(checkpoints, 'step=1', 'manifest.json'), '{}');
    await expect(place('--resume', 'last')).rejects.toThrow(
      new RegExp(
        `^The run folder ${first.folder.path} is in use: process ${process.pid} on .* has been writing to it since .*\\. ` +
          'Two runs in one folder would overwrite each other\\. ' +
          'Wait for that run, or end it; without --resume, a run gets its own folder\\.$',
      ),
    );
    const evaluation = await openRunPlace(resolveConfig(Plain, ['test', '--trainer.defaultRootDir', root]));
    expect(evaluation.folder.path).toBe(first.folder.path);
    await evaluation.close();
    await first.close();
    const second = await place('--resume', 'last');
    expect(second.folder.path).toBe(first.folder.path);
    await second.close();
    expect(readdirSync(first.folder.path)).toEqual(['checkpoints']);
  });
});
