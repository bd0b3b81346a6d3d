/**
 * Speed and looks of FastSiam's views.
 *
 *   npx ts-node bench/views.ts [--size 32] [--source 32] [--seconds 3] [--folder DIR]
 *   npx ts-node bench/views.ts --show FILE.png [--size 32] [--samples 8] [--folder DIR]
 *
 * The first form makes views of `--source` pixel images (a number, or HEIGHTxWIDTH) in one thread and prints the images
 * per second of processor time, all views of an image together, as a last line of JSON. The images are made up, or those
 * of a folder of photographs. The second form writes a contact sheet: a row per sample, the original and then its views;
 * without a folder the samples are handwritten digits.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { Image } from '../src/data/image';
import { fastSiam } from '../src/data/views';
import { FulgurError } from '../src/errors';
import { positiveOption, runCommand } from './command';

function makeUpImage(height: number, width: number, phase: number): Image {
  const data = new Uint8Array(height * width * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    const x = (pixel % width) / width;
    const y = Math.floor(pixel / width) / height;
    // Waves of several lengths, different in each channel, and a little grain: colours as mixed as a photograph's.
    const channel = (i % 3) * 2 + phase;
    const wave =
      Math.sin(9 * x + channel) + Math.sin(14 * y + 3 * channel) + Math.sin(31 * (x + y) * channel) / 2;
    data[i] = 127 + 45 * wave + ((i * 7919) % 11);
  }
  return { height, width, data };
}

async function readFolder(folder: string, limit: number): Promise<Image[]> {
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
      what: `There are no images in ${folder}.`,
      fix: 'Name a folder of jpg, png, webp or tiff files.',
    });
  }
  return Promise.all(images);
}

/** One digit of each class in turn, 28 x 28, padded to 32 x 32. */
function readDigits(count: number): Image[] {
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

function measure(images: readonly Image[], size: number, seconds: number): { rate: number; views: number } {
  const transform = fastSiam({ inputSize: size });
  const length = size * size * 3;
  const out = new Float32Array(transform.views * length);
  const offsets = Array.from({ length: transform.views }, (_, view) => view * length);
  let index = 0;
  const work = (milliseconds: number): void => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const image = images[index % images.length];
      if (image !== undefined) transform.apply(image, { seed: 0, epoch: 0, index }, out, offsets);
      index += 1;
    }
  };
  work(1000); // until the compiler has settled
  const done = index;
  const before = process.cpuUsage();
  work(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return { rate: (index - done) / ((user + system) / 1e6), views: transform.views };
}

const GAP = 2;

async function showViews(images: readonly Image[], size: number, file: string): Promise<void> {
  const transform = fastSiam({ inputSize: size, normalize: null });
  const length = size * size * 3;
  const cell = size + GAP;
  const tiles: sharp.OverlayOptions[] = [];
  for (const [row, image] of images.entries()) {
    const top = row * cell + GAP;
    const raw = { width: image.width, height: image.height, channels: 3 } as const;
    const original = sharp(image.data, { raw }).resize(size, size, { fit: 'contain' });
    tiles.push({ input: await original.png().toBuffer(), top, left: GAP });
    const floats = new Float32Array(transform.views * length);
    const offsets = Array.from({ length: transform.views }, (_, view) => view * length);
    transform.apply(image, { seed: 0, epoch: 0, index: row }, floats, offsets);
    for (const [view, offset] of offsets.entries()) {
      const input = Buffer.alloc(length);
      for (let i = 0; i < length; i++) input[i] = Math.round(255 * (floats[offset + i] ?? 0));
      const left = GAP + (view + 1) * cell;
      tiles.push({ input, raw: { width: size, height: size, channels: 3 }, top, left });
    }
  }
  const width = (transform.views + 1) * cell + GAP;
  const height = images.length * cell + GAP;
  const sheet = sharp({ create: { width, height, channels: 3, background: '#3366aa' } }).composite(tiles);
  // Enlarged in a second step: sharp resizes before it composes.
  const scale = Math.max(1, Math.floor(128 / size));
  const enlarged = sharp(await sheet.png().toBuffer());
  await enlarged
    .resize(width * scale, height * scale, { kernel: 'nearest' })
    .png()
    .toFile(file);
}

function readSource(text: string): [height: number, width: number] {
  const [height = 0, width = height] = text.split('x').map((part) => positiveOption('source', part));
  return [height, width];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      size: { type: 'string', default: '32' },
      source: { type: 'string', default: '32' },
      seconds: { type: 'string', default: '3' },
      folder: { type: 'string' },
      show: { type: 'string' },
      samples: { type: 'string', default: '8' },
    },
  });
  const size = positiveOption('size', values.size);
  const [height, width] = readSource(values.source);
  if (values.show !== undefined) {
    const samples = positiveOption('samples', values.samples);
    const images =
      values.folder === undefined ? readDigits(samples) : await readFolder(values.folder, samples);
    await showViews(images, size, values.show);
    console.log(JSON.stringify({ file: values.show, samples: images.length, size }));
    return;
  }
  const images =
    values.folder === undefined
      ? Array.from({ length: 16 }, (_, i) => makeUpImage(height, width, i))
      : await readFolder(values.folder, 64);
  const { rate, views } = measure(images, size, positiveOption('seconds', values.seconds));
  const source = values.folder ?? values.source;
  console.log(JSON.stringify({ imagesPerSecondPerCore: Math.round(rate), views, size, source }));
}

void runCommand(main);
