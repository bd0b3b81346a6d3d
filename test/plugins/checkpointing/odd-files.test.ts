import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointFinder } from '../../../plugins/checkpointing/checkpoint-finder';
import { CheckpointStore } from '../../../plugins/checkpointing/checkpoint-store';
import { createRunFolder } from '../../../src/run-folder';
import { Notes, TemporaryRunFolder } from '../fakes/run';
import { toyState } from './toy-state';

describe('a file of a checkpoint', () => {
  let folder: TemporaryRunFolder;
  let home: string;
  beforeEach(async () => {
    folder = new TemporaryRunFolder();
    home = folder.resolve('checkpoints');
    const store = new CheckpointStore(home);
    await store.open();
    const saved = await store.save('step=4', toyState(4), { reason: 'test', monitor: null });
    await store.point('last', saved);
  });
  afterEach(() => folder.remove());

  const read = () => new CheckpointFinder(home, new Notes().notify).read(join(home, 'step=4'));

  describe.each(['manifest.json', 'state.json', 'model.safetensors'])('%s', (name) => {
    it.each([
      ['a pipe', (path: string) => execFileSync('mkfifo', [path]), 'it is a pipe'],
      ['an endless device', (path: string) => symlinkSync('/dev/zero', path), 'it is a device'],
    ])('that is %s is reported as damage', async (_, make, reason) => {
      const path = join(home, 'step=4', name);
      rmSync(path);
      make(path);
      await expect(read()).rejects.toThrow(`${path} cannot be read (${reason}, not a regular file)`);
    });
  });

  it('is not read beyond its bounds', async () => {
    const path = join(home, 'step=4', 'manifest.json');
    truncateSync(path, 20e9);
    await expect(read()).rejects.toThrow(
      `${path} cannot be read (it has 20 GB, but at most 16.8 MB are read)`,
    );
  });

  it('and a pointer that is a pipe is ignored', async () => {
    rmSync(join(home, 'last'));
    execFileSync('mkfifo', [join(home, 'last')]);
    const { path } = await new CheckpointFinder(home, new Notes().notify).read('last');
    expect(path).toBe(join(home, 'step=4'));
  });

  it('is not waited for where the run is looked for', () => {
    const manifest = join(home, 'step=4', 'manifest.json');
    rmSync(manifest);
    execFileSync('mkfifo', [manifest]);
    const options = { root: folder.path, experiment: 'toy', resume: join(home, 'step=4') };
    expect(() => createRunFolder(options)).not.toThrow();
  });
});
