import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess, tryLock } from '../../src/locks';
import type { RandomStream } from '../../src/engine/random';
import { changed, damaged, deepJson, pick, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

/** The contents of a lock file: that of another process, of a dead one, or none at all. */
export const locks: Group = {
  name: 'locks',
  limit: 5000,
  async run(draw) {
    const folder = await mkdtemp(join(tmpdir(), 'fulgur-fuzz-'));
    const file = join(folder, 'run.lock');
    try {
      await place(draw, file);
      const found = await tryLock(file);
      if (!('release' in found))
        return typeof found.pid === 'number' ? accepted : defect('a holder without a process');
      const second = await tryLock(file);
      if ('release' in second) return defect('two have the lock');
      await found.release();
      return accepted;
    } catch (error) {
      return refusalOf(error);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

async function place(draw: RandomStream, file: string): Promise<void> {
  const kind = draw.below(12);
  if (kind === 0) return mkdir(file).then(() => undefined);
  if (kind === 1) return symlink(pick(draw, ['run.lock', 'nothing', '/dev/zero']), file);
  const holder = {
    ...thisProcess(),
    token: 'x',
    host: pick(draw, [hostname(), 'elsewhere']),
    since: new Date(0).toISOString(),
  };
  const dead = { ...holder, pid: pick(draw, [2 ** 22 + 1, -1, 0, 1.5, 1e300]), started: '1' };
  const json = JSON.stringify(pick(draw, [holder, dead, changed(draw, holder)]));
  const text =
    kind === 2
      ? word(draw)
      : kind === 3
        ? deepJson(draw, 1 << draw.below(15))
        : kind < 6
          ? damaged(draw, Buffer.from(json))
          : json;
  await writeFile(file, text);
  // A file that names no process counts as being written for a few seconds, for which no case waits.
  const before = new Date(Date.now() - pick(draw, [3_600_000, 100_000]));
  await utimes(file, before, before);
}
