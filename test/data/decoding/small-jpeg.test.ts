import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../../../src/data/decoding';
import { MOST_PIXELS, smallJpegPixels } from '../../../src/data/decoding/small-jpeg';
import { temporaryFolder } from '../../run/child';

/** Waves with grain, so that every coefficient takes part. */
function pixels(width: number, height: number): Buffer {
  return Buffer.from(
    Array.from({ length: width * height * 3 }, (_, at) => {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      return 128 + 50 * (Math.sin(x / 5 + (at % 3)) + Math.cos(y / 7)) + ((x * 79 + y * 47) % 29) - 14;
    }),
  );
}

function jpeg(width: number, height: number, options: sharp.JpegOptions = {}): Promise<Buffer> {
  const raw = { width, height, channels: 3 } as const;
  return sharp(pixels(width, height), { raw }).jpeg(options).toBuffer();
}

async function byLibvips(bytes: Buffer): Promise<Buffer> {
  return sharp(bytes, { failOn: 'error', ignoreIcc: true })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

const options: Readonly<Record<string, sharp.JpegOptions>> = {
  'full colour': { chromaSubsampling: '4:4:4' },
  'halved colour': { chromaSubsampling: '4:2:0' },
  'progressive, halved colour': { chromaSubsampling: '4:2:0', progressive: true },
  'progressive, full colour': { chromaSubsampling: '4:4:4', progressive: true },
  'coarse quantisation': { quality: 5, trellisQuantisation: true, overshootDeringing: true },
  'fixed Huffman tables': { optimiseCoding: false, quality: 100 },
};
const folder = temporaryFolder();
const sizes = [
  [1, 1],
  [7, 3],
  [32, 32],
  [33, 17],
  [96, 64],
  [400, 300],
] as const;

describe('smallJpegPixels', () => {
  it.each(Object.keys(options))('decodes %s to the pixels of libvips', async (name) => {
    for (const [width, height] of sizes) {
      const bytes = await jpeg(width, height, options[name]);
      const image = await smallJpegPixels(bytes);
      expect(image).toMatchObject({ width, height });
      expect(Buffer.from(image!.data).equals(await byLibvips(bytes))).toBe(true);
    }
  });

  it('decodes gray to the pixels of libvips', async () => {
    const bytes = await sharp(await jpeg(37, 21))
      .greyscale()
      .jpeg()
      .toBuffer();
    expect(Buffer.from((await smallJpegPixels(bytes))!.data).equals(await byLibvips(bytes))).toBe(true);
  });

  it('decodes overlapping calls each into memory of its own', async () => {
    const files = await Promise.all(sizes.map(([width, height]) => jpeg(width, height)));
    const images = await Promise.all(files.map((bytes) => smallJpegPixels(bytes)));
    for (const [index, image] of images.entries()) {
      expect(Buffer.from(image!.data).equals(await byLibvips(files[index]!))).toBe(true);
    }
  });

  it('leaves a file that is cut off, damaged or of four inks to libvips, and decodes the next one', async () => {
    const whole = await jpeg(96, 64, { progressive: true });
    const damaged = Buffer.from(whole);
    damaged.fill(0xaa, whole.length / 2, whole.length / 2 + 40);
    const inks = await sharp(whole).toColourspace('cmyk').jpeg().toBuffer();
    for (const bytes of [whole.subarray(0, whole.length - 2), whole.subarray(0, 300), damaged, inks]) {
      expect(await smallJpegPixels(bytes)).toBeNull();
    }
    expect(Buffer.from((await smallJpegPixels(whole))!.data).equals(await byLibvips(whole))).toBe(true);
  });

  it('leaves a file of much metadata or many scans to libvips, which does not block the thread', async () => {
    const whole = await jpeg(400, 300, { progressive: true });
    const metadata = Buffer.concat([Buffer.from([0xff, 0xe5, 0xff, 0xff]), Buffer.alloc(65533)]);
    const large = Buffer.concat([
      whole.subarray(0, 2),
      ...Array<Buffer>(17).fill(metadata),
      whole.subarray(2),
    ]);
    expect(await smallJpegPixels(large)).toBeNull();
    expect(Buffer.from((await decodeImage(large)).data).equals(await byLibvips(whole))).toBe(true);
    const lastScan = whole.subarray(whole.lastIndexOf(Buffer.from([0xff, 0xda])), -2);
    const scans = Buffer.concat([
      whole.subarray(0, -2),
      ...Array<Buffer>(50).fill(lastScan),
      whole.subarray(-2),
    ]);
    expect(await smallJpegPixels(scans)).toBeNull();
  });

  it('leaves every file to libvips if addresses are too limited for WebAssembly', async () => {
    const file = join(folder, 'small.jpg');
    writeFileSync(file, await jpeg(32, 32));
    const source = resolve('src/data/decoding');
    const program = `require(${JSON.stringify(source)}).decodeImage(require('fs').readFileSync(${JSON.stringify(file)})).then(({ width }) => console.log(width));`;
    const command = `ulimit -v 6000000; exec "$0" -r ts-node/register/transpile-only -e "$1"`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command, process.execPath, program], {
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: '32\n', stderr: '' });
  });

  it('does not grow with the number of damaged files', async () => {
    const damaged = (await jpeg(96, 64)).subarray(0, 700);
    const rounds: number[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 1000; i++) await smallJpegPixels(damaged);
      rounds.push(process.memoryUsage().rss);
    }
    expect(rounds[2]! - rounds[0]!).toBeLessThan(2 ** 26);
  });
});

describe('decodeImage', () => {
  it('decodes a JPEG file to the same pixels below and above the limit', async () => {
    for (const height of [300, 301]) {
      expect(400 * height > MOST_PIXELS).toBe(height > 300);
      const bytes = await jpeg(400, height);
      expect(Buffer.from((await decodeImage(bytes)).data).equals(await byLibvips(bytes))).toBe(true);
    }
  });

  it('reports the error of libvips for a truncated small JPEG file', async () => {
    const bytes = (await jpeg(32, 32)).subarray(0, -40);
    await expect(decodeImage(bytes)).rejects.toThrow('VipsJpeg: premature end of JPEG image');
  });

  it('rejects a small JPEG file of more pixels than are allowed', async () => {
    await expect(decodeImage(await jpeg(32, 32), 1000)).rejects.toThrow('Input image exceeds pixel limit');
  });
});
