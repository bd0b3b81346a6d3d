import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { dataSchema } from '../../../src/contracts';
import { datasets, loader, views } from '../../../src/data';
import { start } from '../../../src/engine';
import { seenIn } from './helpers/seen-batch';

const create = { width: 20, height: 10, channels: 3 as const, background: { r: 9, g: 90, b: 200 } };
const image = () => sharp({ create });
const deep = { width: 20, height: 10, channels: 1 as const, depth: 'ushort' as const };
const bitmap = () => {
  const bytes = Buffer.alloc(54 + 20 * 10 * 3);
  bytes.write('BM', 'latin1');
  for (const [at, value] of [
    [10, 54],
    [14, 40],
    [18, 20],
    [22, 10],
  ] as const)
    bytes.writeUInt32LE(value, at);
  bytes.writeUInt16LE(24, 28);
  return bytes;
};
const files: Readonly<Record<string, () => Promise<Buffer>>> = {
  'rgb.png': () => image().png().toBuffer(),
  'deep.png': () =>
    sharp(new Uint16Array(200).fill(50_000), { raw: deep }).toColourspace('grey16').png().toBuffer(),
  'rgb.jpg': () => image().jpeg().toBuffer(),
  'cmyk.jpg': () => image().toColourspace('cmyk').jpeg().toBuffer(),
  'rgb.webp': () => image().webp().toBuffer(),
  'rgb.gif': () => image().gif().toBuffer(),
  'rgb.tif': () => image().tiff().toBuffer(),
  'cmyk.tif': () => image().toColourspace('cmyk').tiff().toBuffer(),
  'rgb.ppm': () => Promise.resolve(Buffer.concat([Buffer.from('P6 20 10 255\n'), Buffer.alloc(600)])),
  'rgb.bmp': () => Promise.resolve(bitmap()),
};

let folder: string;
beforeAll(async () => {
  await start();
  folder = await mkdtemp(join(tmpdir(), 'fulgur-largest-'));
  await mkdir(join(folder, 'a'));
  for (const [name, make] of Object.entries(files)) await writeFile(join(folder, 'a', name), await make());
});
afterAll(() => rm(folder, { recursive: true }));

const open = (maxImagePixels?: number) =>
  datasets.open('folder', { path: folder, split: 'all', maxImagePixels });

describe('the largest image', () => {
  it.each(
    Object.keys(files)
      .sort()
      .map((name, index) => [name, index] as const),
  )('is limited as configured: %s', async (name, index) => {
    const exact = await open(200);
    expect(exact.describe(index)).toBe(join(folder, 'a', name));
    expect(await exact.read(index)).toMatchObject({ width: 20, height: 10 });
    expect(await (await open()).read(index)).toMatchObject({ width: 20, height: 10 });
    await expect((await open(199)).read(index)).rejects.toMatchObject({
      name: 'BrokenImageError',
      message: expect.stringMatching(/it has 20 x 10 pixels, more than 199|exceeds pixel limit/) as string,
    });
  });

  it.each([0, 2])('is so with %d workers', async (workers) => {
    const batches = loader(await open(199), {
      batchSize: 2,
      transform: views.fastSiam({ inputSize: 8, numViews: 2 }),
      seed: 1,
      workers,
    });
    await expect(seenIn(batches, [0]).finally(() => batches.close())).rejects.toThrow('cannot be read');
  });

  it('has its own bounds', () => {
    const most = (maxImagePixels: unknown) =>
      dataSchema.safeParse({ name: 'folder', maxImagePixels }).success;
    expect([1, 2 ** 30, undefined].map(most)).toEqual([true, true, true]);
    expect([0, -1, 1.5, 2 ** 30 + 1, NaN, null, 'many'].map(most)).toEqual(Array(7).fill(false));
    expect(dataSchema.parse({ name: 'folder' }).maxImagePixels).toBe(178_956_970);
  });
});
