import { decodeBitmap } from '../../../src/data/decoding/bitmap';

/** A bitmap of 2 x 1 pixels: a red one and a blue one. */
function bitmap(
  changes: { bits?: number; compression?: number; width?: number; headerSize?: number } = {},
): Buffer {
  const { bits = 24, compression = 0, width = 2, headerSize = 40 } = changes;
  const bytes = Buffer.alloc(66);
  bytes.write('BM');
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(headerSize, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(compression, 30);
  bytes.set([0, 0, 255, 255, 0, 0], 54);
  return bytes;
}

describe('decodeBitmap', () => {
  it('reads rows of blue, green and red', () => {
    expect(decodeBitmap(bitmap())).toEqual({
      width: 2,
      height: 1,
      data: Uint8Array.of(255, 0, 0, 0, 0, 255),
    });
  });

  it.each([
    [{ bits: 4, compression: 1 }, '4 bits per pixel with compression 1'],
    [{ bits: 2 }, '2 bits per pixel with compression 0'],
    [{ bits: 24, compression: 4 }, '24 bits per pixel with compression 4'],
    [{ bits: 32, compression: 3 }, '32 bits per pixel with the masks 0xffff0000, 0x0, 0x0'],
  ])('names the variant %o that it rejects', (changes, variant) => {
    expect(() => decodeBitmap(bitmap(changes))).toThrow(new Error(`bitmaps of ${variant} are not supported`));
  });

  it('rejects sizes that the file has no bytes for', () => {
    expect(() => decodeBitmap(bitmap({ width: 100_000_000 }))).toThrow(new Error('the bitmap is truncated'));
    expect(() => decodeBitmap(bitmap({ width: -2 }))).toThrow(new Error('its size is -2 x 1'));
    expect(() => decodeBitmap(bitmap().subarray(0, 20))).toThrow(new Error('the bitmap is truncated'));
  });

  it('rejects headers that no system writes', () => {
    expect(() => decodeBitmap(bitmap({ headerSize: 41 }))).toThrow(
      new Error('bitmaps with a header of 41 bytes are not supported'),
    );
  });

  it('rejects runs that announce more pixels than possible', () => {
    const bytes = bitmap({ bits: 8, compression: 1, width: 2_000_000_000 });
    expect(() => decodeBitmap(bytes)).toThrow(new Error('it has 2000000000 x 1 pixels, more than 178956970'));
  });
});
