import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DurableFiles } from '../../../plugins/checkpointing/checkpoint-store';
import { lengthOf, readRange, sha256, sha256OfFile } from '../../../plugins/checkpointing/checkpoint-folder';
import type { StateDict } from '../../../src';
import { decodeSafetensors, encodeSafetensors, readSafetensors, safetensorsParts } from '../../../src/nn';
import { writeWhole } from '../../../src/system';
import { messageOf } from '../fakes/run';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fulgur-large-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'file');
const plain = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function opened<T>(use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path(), 'r');
  return use(file).finally(() => file.close());
}

/** A disk or system that takes and gives only so much at once, and refuses to be asked for more than `most`. */
function narrow(file: FileHandle, most: number): FileHandle {
  return {
    read: (buffer: Uint8Array, offset: number, length: number, position: number) => {
      if (length > most) throw new RangeError(`${length} is more than ${most}`);
      return file.read(buffer, offset, Math.ceil(length / 2), position);
    },
  } as unknown as FileHandle;
}

describe('a file larger than a single piece', () => {
  it.each([1, 7, 64, 1000, 1001, 5000])(
    'has the digest of the whole file, in pieces of %d bytes',
    async (piece) => {
      const parts = [randomBytes(64), new Uint8Array(), randomBytes(1000), randomBytes(1)];
      const whole = Buffer.concat(parts);
      expect(lengthOf(parts)).toBe(1065);
      expect(sha256(parts, piece)).toBe(plain(whole));
      await new DurableFiles().write(path(), parts);
      expect(readFileSync(path())).toEqual(whole);
      await opened(async (file) => {
        expect(await sha256OfFile(file, 1065, piece)).toBe(plain(whole));
        expect(Buffer.from(await readRange(file, 3, 1060, piece))).toEqual(whole.subarray(3, 1060));
        expect(Buffer.from(await readRange(narrow(file, piece), 3, 1060, piece))).toEqual(
          whole.subarray(3, 1060),
        );
      });
      await writeWhole(path(), ...parts);
      expect(readFileSync(path())).toEqual(whole);
    },
  );

  it('is not read beyond its end', async () => {
    await new DurableFiles().write(path(), [new Uint8Array(10)]);
    expect(await messageOf(() => opened((file) => readRange(file, 5, 12)))).toBe('it ends at byte 10');
  });

  it('is read tensor by tensor, and equals the file that is written at once', async () => {
    const state: StateDict = new Map([
      ['marks', { dtype: 'BOOL', shape: [3], data: Uint8Array.of(1, 0, 1) } as const],
      ['weight', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -2, NaN, 0.5) } as const],
      ['steps', { dtype: 'I64', shape: [], data: BigInt64Array.of(2n ** 40n) } as const],
      ['none', { dtype: 'F32', shape: [0, 4], data: new Float32Array() } as const],
    ]);
    const whole = encodeSafetensors(state, { format: 'pt' });
    const parts = safetensorsParts(state, { format: 'pt' });
    expect(Buffer.concat(parts)).toEqual(Buffer.from(whole));
    await new DurableFiles().write(path(), parts);
    let longest = 0;
    const read = await opened((file) =>
      readSafetensors({
        length: whole.length,
        read: (begin, end) => {
          longest = Math.max(longest, end - begin);
          return readRange(file, begin, end, 5);
        },
      }),
    );
    expect(read).toEqual(decodeSafetensors(whole));
    expect(longest).toBeLessThan(whole.length);
  });

  it('is written from the tensors themselves, without copies', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const [, part] = safetensorsParts(new Map([['part', { dtype: 'F32', shape: [2], data }]]));
    expect(part?.buffer).toBe(data.buffer);
  });

  it('may lie beyond 4 GiB: offsets are exact there', async () => {
    // Holes take no room on the disk.
    const state: StateDict = new Map([['last', { dtype: 'F32', shape: [2], data: Float32Array.of(3, 4) }]]);
    const far = 5 * 2 ** 30;
    await new DurableFiles().write(path(), [new Uint8Array(8)]);
    truncateSync(path(), far);
    const file = await open(path(), 'r+');
    await file.write(new Uint8Array(encodeSafetensors(state)), 0, null, far);
    await file.close();
    const { size } = statSync(path());
    const read = await opened((handle) =>
      readSafetensors({
        length: size - far,
        read: (begin, end) => readRange(handle, far + begin, far + end),
      }),
    );
    expect([...(read.tensors.get('last')?.data ?? [])]).toEqual([3, 4]);
  });

  it('is rejected if its header claims more than it contains', async () => {
    const bytes = encodeSafetensors(
      new Map([['a', { dtype: 'F32', shape: [2], data: Float32Array.of(3, 4) }]]),
    );
    for (const length of [0, 4, 8, 20, bytes.length - 1]) {
      await writeWhole(path(), bytes.subarray(0, length));
      const apart = await messageOf(() =>
        opened((file) => readSafetensors({ length, read: (begin, end) => readRange(file, begin, end) })),
      );
      expect(apart).toBe(await messageOf(() => decodeSafetensors(bytes.subarray(0, length))));
    }
  });
});
