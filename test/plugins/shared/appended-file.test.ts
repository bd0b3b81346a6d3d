import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppendedFile } from '../../../plugins/shared/appended-file';
import type { OpenFile } from '../../../src';
import { messageOf } from '../fakes/run';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fulgur-appended-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'rows');
const text = () => readFileSync(path(), 'utf8');

/** Opens files that take at most `most` bytes at once, and no more than `room` in all. */
function tightDisk(disk: { most: number; room: number; refusal?: Error }): OpenFile {
  return async (file, flags) => {
    const handle = await open(file, flags);
    return new Proxy(handle, {
      get(target, key) {
        if (key !== 'write') {
          const member: unknown = Reflect.get(target, key);
          return typeof member === 'function' ? (member.bind(target) as unknown) : member;
        }
        return async (data: Uint8Array, offset: number, length: number, position: number) => {
          const taken = Math.min(length, disk.most, disk.room);
          if (taken === 0 && disk.refusal !== undefined) throw disk.refusal;
          disk.room -= taken;
          return taken === 0 ? { bytesWritten: 0 } : target.write(data, offset, taken, position);
        };
      },
    });
  };
}

const add = (file: AppendedFile, piece: string) => file.append(Buffer.from(piece));

describe('a file that grows by whole pieces', () => {
  it('writes the rest after a short write', async () => {
    const file = new AppendedFile(path(), () => 1, tightDisk({ most: 3, room: 1000 }));
    await add(file, 'first piece\n');
    await add(file, 'second\n');
    expect(text()).toBe('first piece\nsecond\n');
    await file.replace(Buffer.from('another beginning\n'));
    await add(file, 'third\n');
    expect(text()).toBe('another beginning\nthird\n');
  });

  const refusal = new Error('ENOSPC: no space left on device, write');
  it.each([
    ['refuses the rest', refusal, refusal.message],
    ['takes nothing more', undefined, 'only 4 of 7 bytes were written'],
  ])('keeps only whole pieces if the disk %s', async (_, refused, reason) => {
    const disk = { most: 3, room: 16, ...(refused === undefined ? {} : { refusal: refused }) };
    const file = new AppendedFile(path(), () => 2, tightDisk(disk));
    await add(file, 'first piece\n');
    expect(await messageOf(() => add(file, 'second\n'))).toBe(
      `${path()} cannot be written: ${reason}. 2 rows of metrics wait in memory; ` +
        'nothing in the file was lost. Free space on the disk or make the folder writable.',
    );
    expect(text()).toBe('first piece\n');
    expect(await messageOf(() => file.replace(Buffer.from('another beginning\n')))).toContain(
      `${path()} cannot be written: `,
    );
    expect(text()).toBe('first piece\n');
    expect(readdirSync(folder)).toEqual(['rows']);
    disk.room = 1000;
    await add(file, 'second\n');
    expect(text()).toBe('first piece\nsecond\n');
  });

  it('does not claim that nothing was lost if the disk does not confirm it', async () => {
    const failing: OpenFile = async (file, flags) => {
      const handle = await open(file, flags);
      handle.sync = () => Promise.reject(new Error('EIO: i/o error, fsync'));
      return handle;
    };
    const file = new AppendedFile(path(), () => 0, failing);
    await add(file, 'first piece\n');
    expect(await messageOf(() => file.sync())).toBe(
      `${path()} cannot be written: EIO: i/o error, fsync. What was written last may be lost in a power cut. ` +
        'Free space on the disk or make the folder writable.',
    );
  });

  it('never extends a file that another program shortened', async () => {
    const file = new AppendedFile(path(), () => 1);
    await add(file, 'first piece\n');
    truncateSync(path(), 5);
    expect(await messageOf(() => add(file, 'second\n'))).toBe(
      `${path()} has 5 bytes, but 12 were written to it. Another program shortened it; ` +
        '1 rows of metrics wait in memory. ' +
        'Keep other programs from writing to the run folder, then resume with --resume last.',
    );
    expect(text()).toBe('first');
  });

  it('cuts off what follows the last whole piece', async () => {
    const file = new AppendedFile(path(), () => 1);
    await add(file, 'first piece\n');
    writeFileSync(path(), 'hal', { flag: 'a' });
    await add(file, 'second\n');
    expect(text()).toBe('first piece\nsecond\n');
  });
});
