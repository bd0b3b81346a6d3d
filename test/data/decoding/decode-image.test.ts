import { decodeImage } from '../../../src/data/decoding';
import images from '../datasets/folder/data/pillow-images.json';
import type { Entry } from './corpus';
import { better, entries, isSpecial, refusals } from './corpus';

const nearlyBlack = /^its 16-bit gray values go up to (\d+), so it would become nearly black /;

function bytesOf(text = ''): Buffer {
  return Buffer.from(text, 'base64');
}

async function decoded(entry: Entry): Promise<{ width: number; height: number; data: Buffer }> {
  const { width, height, data } = await decodeImage(bytesOf(entry.file));
  return { width, height, data: Buffer.from(data) };
}

/** Why an entry cannot be decoded. */
async function reasonFor(entry: Entry): Promise<string> {
  return decoded(entry).then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  );
}

function find(name: string | null): Entry | undefined {
  return entries.find((entry) => entry.name === name);
}

/** RGB of 16-bit values of which `black` and `white` are the ends. */
function scaled(values: readonly number[], [black, white]: readonly number[] = [0, 65535]): Buffer {
  const bytes = values.map((value) => ((value - black!) / (white! - black!)) * 255);
  return Buffer.from(
    bytes.flatMap((byte) => new Array<number>(3).fill(Math.round(Math.min(255, Math.max(0, byte))))),
  );
}

function valuesOf(entry: Entry): number[] {
  const gray = bytesOf(entry.gray);
  const values = Array.from({ length: gray.length / 2 }, (_, at) => gray.readUInt16LE(at * 2));
  // Pillow leaves white at 0 in 16 bits, and only there.
  return entry.name.includes('white is 0') ? values.map((value) => 65535 - value) : values;
}

/** A small TIFF file with the tags of its first image changed: `[tag, type, count, value]`, little-endian. */
function tiff(...tags: readonly (readonly [number, number, number, number])[]): Buffer {
  const bytes = Buffer.alloc(8 + 2 + 12 * tags.length + 4 + 64);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], index) => {
    const at = 10 + 12 * index;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(type, at + 2);
    bytes.writeUInt32LE(count, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  });
  return bytes;
}

const [short, long] = [3, 4] as const;
const gray = [
  [258, short, 1, 8],
  [259, short, 1, 1],
  [262, short, 1, 1],
] as const;

describe('decodeImage', () => {
  it.each([
    [
      'tiles',
      [
        [322, long, 1, 16],
        [323, long, 1, 16],
        [324, long, 1, 8],
        [325, long, 1, 64],
      ],
      'it names 1 of the 65540 parts that its 524309 x 19 pixels need',
    ],
    [
      'strips',
      [
        [278, long, 1, 1],
        [273, long, 1, 8],
        [279, long, 1, 64],
      ],
      'it names 1 of the 19 parts that its 524309 x 19 pixels need',
    ],
  ] as const)('rejects a TIFF file without most of its %s at once', async (_, parts, sentence) => {
    const file = tiff([256, long, 1, 524309], [257, long, 1, 19], ...gray, ...parts);
    await expect(decodeImage(file)).rejects.toThrow(new Error(sentence));
  });

  it('reports in one line what is wrong with a TIFF file of many unknown tags', async () => {
    const unknown = Array.from({ length: 200 }, (_, index) => [30_000 + index, 999, 7, index] as const);
    const failure = decodeImage(tiff([256, long, 1, 4], [257, long, 1, 4], ...gray, ...unknown));
    const message = await failure.catch((error: unknown) => (error as Error).message);
    expect(message).toMatch(/^[^\n]{1,700}$/);
    expect(message).not.toContain('custom tag');
  });

  it.each([...images.images, ...entries.filter((entry) => !isSpecial(entry))])(
    'gives the pixels that Pillow gives for $name',
    async (entry) => {
      const { width = 0, height = 0, rgb } = entry;
      expect(await decoded(entry)).toEqual({ width, height, data: bytesOf(rgb) });
    },
  );

  it('is tested with more than 200 files of all formats that Pillow reads too', () => {
    const equal = entries.filter((entry) => !isSpecial(entry));
    expect(equal.length).toBeGreaterThan(200);
    expect([...new Set(equal.map(({ name }) => name.split(/[ ,]/)[0]))].sort()).toEqual(
      ['BMP', 'GIF', 'JPEG', 'PBM', 'PGM', 'PNG', 'PPM', 'TIFF', 'WebP'].sort(),
    );
  });

  it.each(Object.entries(refusals))('rejects %s with an explanation', async (name, sentence) => {
    await expect(reasonFor(find(name) as Entry)).resolves.toBe(sentence);
  });

  it.each(Object.entries(better))('reads %s, where Pillow is wrong', async (name, same) => {
    const expected = find(same);
    const found = await decoded(find(name) as Entry);
    if (expected !== undefined) expect(found.data).toEqual(bytesOf(expected.rgb));
  });

  it('reads the bytes of 32 bits wherever the masks say', async () => {
    const channels = async (name: string): Promise<number[]> => [
      ...(await decoded(find(name) as Entry)).data,
    ];
    const usual = await channels('BMP, 32 bits');
    const swapped = usual.map((_, at) => usual[at + 2 - 2 * (at % 3)]);
    expect(await channels('BMP, 32 bits, RGBX by masks')).toEqual(swapped);
  });

  it.each(entries.filter(({ name, error }) => error !== undefined && !(name in better)))(
    'rejects $name, as Pillow does',
    async (entry) => {
      await expect(decoded(entry)).rejects.toThrow(/./);
    },
  );

  it.each(entries.filter(({ name, gray }) => gray !== undefined && !(name in refusals)))(
    'scales the values of $name by 65535',
    async (entry) => {
      const values = valuesOf(entry);
      if (Math.max(...values) < 4096) {
        expect(nearlyBlack.exec(await reasonFor(entry))?.[1]).toBe(String(Math.max(...values)));
        return;
      }
      expect((await decoded(entry)).data).toEqual(scaled(values));
    },
  );

  it('rejects 12-bit values in 16 bits of gray, and names the solution', async () => {
    await expect(decoded(find('PNG, grey of 16 bits up to 4095') as Entry)).rejects.toThrow(
      new Error(
        'its 16-bit gray values go up to 3978, so it would become nearly black ' +
          '(name the values of black and white: --data.grayRange 0,4095)',
      ),
    );
  });

  it.each(
    entries.filter(({ name, gray }) => gray !== undefined && !(name in refusals) && !name.startsWith('PGM')),
  )('scales the values of $name by the range that is given', async (entry) => {
    const [black, white] = [300, 3500];
    const range = entry.name.includes('white is 0') ? [65535 - white, 65535 - black] : [black, white];
    const found = await decodeImage(bytesOf(entry.file), undefined, [black, white]);
    expect(found.data).toEqual(scaled(valuesOf(entry), range));
  });

  it('uses the given range for the values of a PGM file, even if the file names its largest value', async () => {
    const file = Buffer.from('P2 3 1 1000 100 500 1000');
    const shades = async (range: readonly [number, number] | null): Promise<number[]> =>
      [...(await decodeImage(file, undefined, range)).data].filter((_, at) => at % 3 === 0);
    expect(await shades(null)).toEqual([26, 128, 255]);
    expect(await shades([100, 500])).toEqual([0, 255, 255]);
  });

  it('rejects an empty file', async () => {
    await expect(decodeImage(Buffer.alloc(0))).rejects.toThrow(new Error('the file is empty'));
  });

  it('rejects other formats, even those that libvips supports', async () => {
    for (const name of ['SVG', 'text']) {
      await expect(decoded(find(name) as Entry)).rejects.toThrow(
        new Error('its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image'),
      );
    }
  });

  it.each([
    ['PNM', Buffer.from('P6 60000 60000 255\n'), 'it has 60000 x 60000 pixels, more than 178956970'],
    ['PNM without bytes', Buffer.from('P6 6000 6000 255\n'), 'the file is truncated'],
    ['PNM of no size', Buffer.from('P5 0 7 255\n'), 'its size is 0 x 7'],
    ['GIF', gifOfSize(65535, 65535), 'it has 65535 x 65535 pixels, more than 178956970'],
    [
      'GIF without an image',
      Buffer.from('GIF89a\x01\x00\x01\x00\x00\x00\x00;............', 'latin1'),
      'it has no image',
    ],
    ['TIFF', Buffer.from('II*\x00\xff\xff\xff\xff', 'latin1'), 'the file is truncated'],
  ])('rejects a %s whose size is beyond its contents', async (_, bytes, reason) => {
    await expect(decodeImage(bytes)).rejects.toThrow(new Error(reason));
  });
});

function gifOfSize(width: number, height: number): Buffer {
  const bytes = bytesOf(find('GIF')?.file);
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  return bytes;
}
