import { rgbOf } from '../../src/data/source-image';
import type { SourceImage } from '../../src/data';

const size = { width: 2, height: 1 };

function bytes(source: Partial<SourceImage>): number[] {
  return [...rgbOf({ ...size, ...source } as SourceImage).data];
}

describe('the RGB of what a data set returns', () => {
  it('is the bytes themselves if they are RGB, without a copy', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
    expect(rgbOf({ ...size, data }).data).toBe(data);
    expect(rgbOf({ ...size, channels: 3, data }).data).toBe(data);
  });

  it('repeats gray and drops alpha', () => {
    expect(bytes({ channels: 1, data: Uint8Array.of(7, 9) })).toEqual([7, 7, 7, 9, 9, 9]);
    expect(bytes({ channels: 2, data: Uint8Array.of(7, 0, 9, 255) })).toEqual([7, 7, 7, 9, 9, 9]);
    expect(bytes({ channels: 4, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 255) })).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('scales 16 bits by 65535, to the nearest byte', () => {
    // 257 times a byte is that byte; from 129 above it on, the next one is nearer.
    const values = [0, 128, 129, 257, 65535 - 129, 65535];
    const found = values.map((value) => bytes({ width: 1, channels: 1, data: Uint16Array.of(value) })[0]);
    expect(found).toEqual([0, 0, 1, 1, 254, 255]);
    expect(bytes({ width: 1, data: Uint16Array.of(257, 514, 65535) })).toEqual([1, 2, 255]);
  });

  it('scales by a range, and clips values outside', () => {
    const data = Uint16Array.of(100, 4095);
    expect(bytes({ channels: 1, data, range: [200, 4095] })).toEqual([0, 0, 0, 255, 255, 255]);
    expect(bytes({ channels: 1, data: Uint16Array.of(2048, 5000), range: [0, 4095] })).toEqual([
      128, 128, 128, 255, 255, 255,
    ]);
    expect(bytes({ channels: 1, data: Uint8Array.of(10, 20), range: [10, 30] })).toEqual([
      0, 0, 0, 128, 128, 128,
    ]);
  });

  it('uses the range of each image, even when they alternate', () => {
    const shade = (range: readonly [number, number]): number =>
      bytes({ width: 1, channels: 1, data: Uint8Array.of(50), range })[0] ?? -1;
    expect([shade([0, 100]), shade([0, 50]), shade([0, 100])]).toEqual([128, 255, 128]);
  });

  it.each<[unknown, string]>([
    [undefined, 'it has no data of type Uint8Array or Uint16Array'],
    [null, 'it has no data of type Uint8Array or Uint16Array'],
    [{ ...size, data: [1, 2, 3] }, 'it has no data of type Uint8Array or Uint16Array'],
    [{ width: 0, height: 1, data: new Uint8Array(0) }, 'its size is 0 x 1 pixels'],
    [{ height: 1, data: new Uint8Array(0) }, 'its size is undefined x 1 pixels'],
    [{ width: 1.5, height: 2, data: new Uint8Array(9) }, 'its size is 1.5 x 2 pixels'],
    [
      { ...size, channels: 5, data: new Uint8Array(10) },
      'it has 5 channels, but only 1, 2, 3 or 4 are supported',
    ],
    [{ ...size, data: new Uint8Array(5) }, 'it has 2 x 1 pixels of 3 channels, and 5 values instead of 6'],
    [
      { ...size, channels: 1, data: new Uint16Array(3) },
      'it has 2 x 1 pixels of 1 channel, and 3 values instead of 2',
    ],
    [
      { ...size, data: new Uint8Array(6), range: [5, 5] },
      'its range is [5,5], but must be two numbers, the smaller first',
    ],
    [
      { ...size, data: new Uint8Array(6), range: '0,4095' },
      'its range is "0,4095", but must be two numbers, the smaller first',
    ],
  ])('rejects %j', (source, reason) => {
    expect(() => rgbOf(source as SourceImage)).toThrow(new Error(reason));
  });
});
