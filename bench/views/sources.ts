/** Images for `bench/views.ts`: synthetic, from a folder, handwritten digits, and JPEG files. */
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Image } from '../../src/data/image';
import { FulgurError } from '../../src/errors';

export function makeUpImage(height: number, width: number, phase: number): Image {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = (pixel % width) / width;
    const y = Math.floor(pixel / width) / height;
    // Waves of several lengths, different in each channel, with a little grain: colours as varied as a photograph's.
    const channel = (i % 3) * 2 + phase;
    const wave =
      Math.sin(9 * x + channel) + Math.sin(14 * y + 3 * channel) + Math.sin(31 * (x + y) * channel) / 2;
    data[i] = 127 + 45 * wave + ((i * 7919) % 11);
  }
  return { height, width, data };
}

export async function readFolder(folder: string, limit: number): Promise<Image[]> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpe?g|png|webp|tiff?)$/i.test(name))
    .sort();
  const images = names.slice(0, limit).map(async (name) => {
    const { data, info } = await sharp(join(folder, name))
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, data: new Uint8Array(data) };
  });
  if (images.length === 0) {
    throw new FulgurError('data', {
      what: `No images were found in ${folder}.`,
      fix: 'Name a folder with jpg, png, webp or tiff files.',
    });
  }
  return Promise.all(images);
}

/** One digit of each class in turn, 28 x 28, padded to 32 x 32. */
export function readDigits(count: number): Image[] {
  return Array.from({ length: count }, (_, i) => {
    const file = require.resolve(`mnist/src/digits/${i % 10}.json`);
    const { data: levels } = JSON.parse(readFileSync(file, 'utf8')) as { data: number[] };
    const first = Math.floor(i / 10) * 784;
    const data = new Uint8Array(32 * 32 * 3);
    for (let at = 0; at < 784; at++) {
      const to = ((Math.floor(at / 28) + 2) * 32 + (at % 28) + 2) * 3;
      data.fill(Math.round(255 * (levels[first + at] ?? 0)), to, to + 3);
    }
    return { height: 32, width: 32, data };
  });
}

/**
 * Writes JPEG files to a temporary folder, as `bench/peer/views.py` does: noise enlarged four times, quality 90,
 * colours at half the resolution, standard Huffman tables. Returns their paths.
 */
export async function writeJpegFiles(height: number, width: number, count: number): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-views-'));
  const raw = { height: Math.floor(height / 4) + 1, width: Math.floor(width / 4) + 1, channels: 3 } as const;
  const paths = Array.from({ length: count }, (_, index) => join(folder, `${index}.jpg`));
  for (const path of paths) {
    const noise = Uint8Array.from({ length: raw.height * raw.width * 3 }, () => Math.random() * 256);
    await sharp(noise, { raw })
      .resize(width, height, { fit: 'fill', kernel: 'linear' })
      .jpeg({ quality: 90, chromaSubsampling: '4:2:0', optimiseCoding: false })
      .toFile(path);
  }
  return paths;
}
