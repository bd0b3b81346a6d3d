import { Readable } from 'node:stream';
import { readElements } from '../../../../src/data/datasets/npz/array-source';

/** An array of four bytes whose file has grown since its size was read. */
function grown(): Parameters<typeof readElements>[0] {
  const stream = (): Promise<Readable> => Promise.resolve(Readable.from([Buffer.alloc(8)]));
  const source = { file: '/x/a.npy', array: null, bytes: 4, mostBytes: 4, crc32: null, open: stream };
  return { source, header: { descr: '|u1', shape: [4], fortranOrder: false, length: 0 } };
}

it('reports an array that continues after its last element', async () => {
  await expect(readElements(grown(), new Uint8Array(4))).rejects.toMatchObject({
    kind: 'data',
    message:
      'The array in /x/a.npy continues after its last element. Save it again, for example with numpy.savez.',
  });
});
