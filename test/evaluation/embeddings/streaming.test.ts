import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { embeddingParts } from '../../../src/evaluation';
import type { EmbeddedImage, EmbeddingColumns } from '../../../src/evaluation';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

const WIDTH = 1 << 14;
const ROWS = 300;

/** Columns of rows that are made when they are asked for; each row's memory is watched. */
function columnsOf(made: WeakRef<ArrayBufferLike>[], failAt = Infinity): EmbeddingColumns {
  return {
    ...{ rows: ROWS, width: WIDTH, isLabelled: false, longestName: 3, classNames: null, model: null },
    async *features(): AsyncGenerator<Uint8Array> {
      for (let row = 0; row < ROWS; row++) {
        await setImmediate();
        if (row === failAt) throw new Error('the disk is gone');
        const bytes = new Uint8Array(WIDTH * 4);
        made.push(new WeakRef(bytes.buffer));
        yield bytes;
      }
    },
    async *images(): AsyncGenerator<EmbeddedImage> {
      for (let row = 0; row < ROWS; row++) yield await Promise.resolve({ name: String(row), label: -1 });
    },
  };
}

describe('a file of embeddings that is larger than memory', () => {
  it.each(['some.npz', 'some.safetensors', 'some.parquet'])(
    'is written to %s without any of it being kept',
    async (name) => {
      const made: WeakRef<ArrayBufferLike>[] = [];
      let bytes = 0;
      let most = 0;
      for await (const part of embeddingParts(name, columnsOf(made))) {
        bytes += part.length;
        if (made.length === 0 || made.length % 100 !== 0) continue;
        await setImmediate();
        collectGarbage();
        most = Math.max(most, made.filter((row) => row.deref() !== undefined).length);
      }
      expect(bytes).toBeGreaterThan(ROWS * WIDTH * 4);
      expect(made).toHaveLength(ROWS);
      expect(most).toBeGreaterThan(0);
      expect(most).toBeLessThan(60);
    },
  );

  it('fails as its columns do', async () => {
    const reading = (async () => {
      for await (const { length } of embeddingParts('some.npz', columnsOf([], 20)))
        expect(length).toBeGreaterThan(0);
    })();
    await expect(reading).rejects.toThrow('the disk is gone');
  });
});
