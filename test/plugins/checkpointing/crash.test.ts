import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointFinder } from '../../../plugins/checkpointing/checkpoint-finder';
import { CheckpointStore, DurableFiles } from '../../../plugins/checkpointing/checkpoint-store';
import { Notes, TemporaryRunFolder, messageOf } from '../fakes/run';
import { toyState } from './toy-state';

const facts = { reason: 'test', monitor: null };

/** Does its work up to a chosen change on the disk, then none any more, as a process that was killed there. */
class KilledFiles extends DurableFiles {
  changes = 0;

  constructor(
    private readonly killedAt: number,
    private readonly halfWritten = false,
  ) {
    super();
  }

  private async unlessKilled(change: () => Promise<void>, half?: () => void): Promise<void> {
    this.changes += 1;
    if (this.changes < this.killedAt) return change();
    if (this.changes === this.killedAt && this.halfWritten) half?.();
    throw new Error('killed');
  }

  override makeFolder(path: string): Promise<void> {
    return this.unlessKilled(() => super.makeFolder(path));
  }

  override write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    return this.unlessKilled(
      () => super.write(path, parts),
      () => writeHalf(path, parts),
    );
  }

  override rename(from: string, to: string): Promise<void> {
    return this.unlessKilled(() => super.rename(from, to));
  }

  override syncFolder(path: string): Promise<void> {
    return this.unlessKilled(() => super.syncFolder(path));
  }

  override remove(path: string): Promise<void> {
    const half = () => rmSync(join(path, 'manifest.json'), { force: true });
    return this.unlessKilled(() => super.remove(path), half);
  }
}

function writeHalf(path: string, parts: readonly Uint8Array[]): void {
  const data = Buffer.concat(parts);
  writeFileSync(path, data.subarray(0, data.length / 2));
}

/** Makes one write fail as a full disk does, after half of it. */
class FullDisk extends DurableFiles {
  private writes = 0;

  constructor(private readonly fullAt: number) {
    super();
  }

  override async write(path: string, parts: readonly Uint8Array[]): Promise<void> {
    this.writes += 1;
    if (this.writes !== this.fullAt) return super.write(path, parts);
    writeHalf(path, parts);
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  }
}

describe('a checkpoint folder whose run is killed', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const home = () => folder.resolve('checkpoints');

  async function readLast() {
    const notes = new Notes();
    const { state } = await new CheckpointFinder(home(), notes.notify).read('last');
    return { state, said: notes.said };
  }

  /** Saves step 1, then step 2 with pointer and pruning through `files`. */
  async function saveTwo(files: DurableFiles): Promise<void> {
    const before = new CheckpointStore(home());
    await before.open();
    await before.point('last', await before.save('step=1', toyState(1), facts));
    const store = new CheckpointStore(home(), files);
    await store.open();
    const saved = await store.save('step=2', toyState(2), facts);
    await store.point('last', saved);
    for (const old of store.checkpoints.filter((checkpoint) => checkpoint !== saved)) await store.remove(old);
  }

  it.each([
    ['between two changes', false],
    ['in the middle of a write or a removal', true],
  ] as const)(
    'contains a complete checkpoint wherever that happens: %s on the disk',
    async (_, halfWritten) => {
      const undisturbed = new KilledFiles(Infinity);
      await saveTwo(undisturbed);
      const stepsRead: number[] = [];
      for (let killedAt = 1; killedAt <= undisturbed.changes; killedAt++) {
        folder.remove();
        folder = new TemporaryRunFolder();
        expect(await messageOf(() => saveTwo(new KilledFiles(killedAt, halfWritten)))).toContain('killed');
        const { state, said } = await readLast();
        expect(state).toEqual(toyState(state.progress.globalStep));
        expect(said).toEqual([]);
        stepsRead.push(state.progress.globalStep);
        // The next run of the folder starts clean.
        await new CheckpointStore(home()).open();
        expect(readdirSync(home()).filter((name) => name.startsWith('.'))).toEqual([]);
        expect((await readLast()).state.progress.globalStep).toBe(state.progress.globalStep);
      }
      expect(stepsRead.filter((step) => step === 1)).toHaveLength(8);
      expect(stepsRead).toEqual([...stepsRead].sort());
    },
  );

  it('contains a complete checkpoint after kill -9, at many moments', async () => {
    let newest = 0;
    for (const delay of [0, 3, 7, 12, 18, 25, 40]) {
      const child = spawn(
        process.execPath,
        ['-r', 'ts-node/register', join(__dirname, 'save-loop.ts'), home()],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const { state, said } = await readLast();
      expect(said).toEqual([]);
      expect(state).toEqual(toyState(state.progress.globalStep, 4096));
      expect(state.progress.globalStep).toBeGreaterThan(newest);
      newest = state.progress.globalStep;
    }
  }, 60_000);

  it.each([1, 2, 3, 4])(
    'keeps its contents and reports it if the disk is full at file %i',
    async (fullAt) => {
      expect(await messageOf(() => saveTwo(new FullDisk(fullAt)))).toBe(
        `${home()}/step=2 could not be written: ENOSPC: no space left on device, write. ` +
          'Earlier checkpoints are untouched. ' +
          'Free space on the disk or make the folder writable, then resume with --resume last.',
      );
      expect((await readLast()).state).toEqual(toyState(1));
      expect(readdirSync(home()).sort()).toEqual(['last', 'step=1']);
    },
  );
});
