/**
 * Measures or shows FastSiam's views.
 *
 *   npx ts-node bench/views.ts [--size 32] [--source 32] [--seconds 3] [--folder DIR | --jpeg]
 *   npx ts-node bench/views.ts --show FILE.png [--size 32] [--samples 8] [--folder DIR]
 *
 * The first form makes views of images with `--source` pixels (a number, or HEIGHTxWIDTH) in one thread and prints the
 * images per second of processor time, counting all views of an image together, as a last line of JSON. The images are
 * synthetic, or come from a folder of photographs; with `--jpeg` they are files, and reading and decoding them counts
 * too, on all threads. The second form writes a contact sheet with a row per sample, the original followed by its
 * views; without a folder, the samples are handwritten digits.
 */
import { rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { readImageFile } from '../src/data/datasets/folder/read-image-file';
import type { Image } from '../src/data/image';
import { fastSiam } from '../src/data/views';
import { positiveOption, runCommand } from './command';
import { makeUpImage, readDigits, readFolder, writeJpegFiles } from './views/sources';

/** Returns the image at an index, as often as requested. */
type Source = (index: number) => Image | Promise<Image>;

interface Rate {
  readonly imagesPerSecondPerCore: number;
  /** Number of views per image. */
  readonly views: number;
}

/** Images per second of processor time of all threads. */
async function measure(source: Source, size: number, seconds: number): Promise<Rate> {
  const transform = fastSiam({ inputSize: size });
  const length = size * size * 3;
  const out = new Float32Array(transform.views.length * length);
  const offsets = transform.views.map((_, view) => view * length);
  let index = 0;
  const work = async (milliseconds: number): Promise<void> => {
    const end = performance.now() + milliseconds;
    while (performance.now() < end) {
      const found = source(index);
      const image = found instanceof Promise ? await found : found;
      transform.apply(image, { seed: 0, epoch: 0, index }, out, offsets);
      index += 1;
    }
  };
  await work(1000); // until the compiler has settled
  const done = index;
  const before = process.cpuUsage();
  await work(seconds * 1000);
  const { user, system } = process.cpuUsage(before);
  return {
    imagesPerSecondPerCore: Math.round((index - done) / ((user + system) / 1e6)),
    views: transform.views.length,
  };
}

async function measureFiles(
  [height, width]: readonly [number, number],
  size: number,
  seconds: number,
): Promise<Rate & { fileBytes: number }> {
  const paths = await writeJpegFiles(height, width, 8);
  try {
    const sizes = paths.map((path) => statSync(path).size);
    const rate = await measure((index) => readImageFile(paths[index % paths.length] ?? ''), size, seconds);
    return { ...rate, fileBytes: Math.round(sizes.reduce((a, b) => a + b) / sizes.length) };
  } finally {
    rmSync(dirname(paths[0] ?? ''), { recursive: true });
  }
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
    const floats = new Float32Array(transform.views.length * length);
    const offsets = transform.views.map((_, view) => view * length);
    transform.apply(image, { seed: 0, epoch: 0, index: row }, floats, offsets);
    for (const [view, offset] of offsets.entries()) {
      const input = Buffer.alloc(length);
      for (let i = 0; i < length; i++) input[i] = Math.round(255 * (floats[offset + i] ?? 0));
      const left = GAP + (view + 1) * cell;
      tiles.push({ input, raw: { width: size, height: size, channels: 3 }, top, left });
    }
  }
  const width = (transform.views.length + 1) * cell + GAP;
  const height = images.length * cell + GAP;
  const sheet = sharp({ create: { width, height, channels: 3, background: '#3366aa' } }).composite(tiles);
  // Enlarged in a second step, since sharp resizes before it composes.
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
      jpeg: { type: 'boolean', default: false },
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
  const seconds = positiveOption('seconds', values.seconds);
  if (values.jpeg) {
    const rate = await measureFiles([height, width], size, seconds);
    console.log(JSON.stringify({ ...rate, size, source: `${values.source} JPEG` }));
    return;
  }
  const images =
    values.folder === undefined
      ? Array.from({ length: 16 }, (_, i) => makeUpImage(height, width, i))
      : await readFolder(values.folder, 64);
  const rate = await measure((index) => images[index % images.length] ?? images[0]!, size, seconds);
  console.log(JSON.stringify({ ...rate, size, source: values.folder ?? values.source }));
}

void runCommand(main);
