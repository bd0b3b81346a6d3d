import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { dataFolder } from '../../src/data/datasets';
import { rgbaSamples } from '../../src/data/decoding/sharp-pixels';
import { unchangedPlan } from '../../src/data/views/view-plan';
import { ViewRenderer } from '../../src/data/views/view-renderer';
import { FulgurError } from '../../src/errors';
import { callCommand } from '../compare/call-command';

/** The artists of each emoji; the drawings of the last one are held out. */
export const artists = ['google', 'facebook', 'apple', 'twitter'] as const;

/** Height and width of a picture in pixels. */
export const pictureSide = 32;

/** Bytes of a picture. */
export const pictureBytes = pictureSide * pictureSide * 3;

const version = '16.0.0';
const mostPixels = 1 << 20;

/** The emoji that all artists have drawn, in the same order. */
export interface Emoji {
  /** Its code points, such as `1f600`. */
  readonly name: string;
  readonly category: string;
}

/** The files of the pictures in the cache. */
export interface PictureFiles {
  /** JSON, `Emoji[]`. */
  readonly emoji: string;
  /** RGB bytes `[artists, emoji, 32, 32, 3]`. */
  readonly pixels: string;
}

export function pictureFiles(): PictureFiles {
  const folder = join(dataFolder(), `pictograms-${version}`);
  return { emoji: join(folder, 'emoji.json'), pixels: join(folder, 'pixels.bin') };
}

/**
 * Downloads the emoji of `emoji-datasource-google`, `-facebook`, `-apple` and `-twitter` 16.0.0 (MIT) through npm, 340
 * MB, and makes pictures of those that all four have and that are not components: on white, bicubic to 32 × 32. If they
 * are already in the cache, it does nothing.
 *
 * @throws FulgurError `engine` if npm fails, `data` if a package does not have the expected contents.
 */
export async function makePictograms(): Promise<void> {
  const files = pictureFiles();
  if (await exists(files.pixels)) return;
  await mkdir(dataFolder(), { recursive: true });
  const workplace = await mkdtemp(join(dataFolder(), 'pictograms-'));
  try {
    const parts: Buffer[] = [];
    let emoji: readonly Emoji[] | null = null;
    for (const artist of artists) {
      const entries = await unpack(artist, workplace);
      emoji ??= commonEmoji(entries.get('emoji.json'));
      for (const { name } of emoji) {
        parts.push(await pictureOf(entries.get(`img/${artist}/64/${name}.png`), `${artist}'s ${name}`));
      }
    }
    const done = join(workplace, 'done');
    await mkdir(done);
    await writeFile(join(done, 'emoji.json'), `${JSON.stringify(emoji)}\n`);
    await writeFile(join(done, 'pixels.bin'), Buffer.concat(parts));
    await rename(done, join(files.pixels, '..'));
  } finally {
    await rm(workplace, { recursive: true });
  }
}

async function exists(file: string): Promise<boolean> {
  return readFile(file).then(
    () => true,
    () => false,
  );
}

/** Reads the package's list of emoji and its individual pictures, by path. */
async function unpack(artist: string, workplace: string): Promise<ReadonlyMap<string, Buffer>> {
  const name = `emoji-datasource-${artist}`;
  const pack = ['npm', 'pack', '--silent', `${name}@${version}`, '--pack-destination', workplace];
  callCommand(pack);
  const entries = new Map<string, Buffer>();
  const reader = extract();
  const wanted = new RegExp(`^package/(emoji\\.json|img/${artist}/64/[^/]+\\.png)$`);
  reader.on('entry', ({ name: path }, stream, next) => {
    const found = wanted.exec(path)?.[1];
    const chunks: Uint8Array[] = [];
    stream.on('data', (chunk) => found !== undefined && chunks.push(chunk as Uint8Array));
    stream.on('end', () => {
      if (found !== undefined) entries.set(found, Buffer.concat(chunks));
      next();
    });
  });
  const archive = join(workplace, `${name}-${version}.tgz`);
  await pipeline(createReadStream(archive), createGunzip(), reader);
  await rm(archive);
  return entries;
}

interface Entry {
  readonly image: string;
  readonly category: string;
  readonly [has: `has_img_${string}`]: boolean;
}

function commonEmoji(list: Buffer | undefined): Emoji[] {
  const all = JSON.parse(list?.toString() ?? '[]') as Entry[];
  return all
    .filter((entry) => artists.every((artist) => entry[`has_img_${artist}`]))
    .filter(({ category }) => category !== 'Component')
    .map(({ image, category }) => ({ name: image.replace(/\.png$/, ''), category }));
}

const renderer = new ViewRenderer(pictureSide, pictureSide);

async function pictureOf(file: Buffer | undefined, what: string): Promise<Buffer> {
  if (file === undefined) {
    throw new FulgurError('data', {
      what: `The packages of emoji ${version} do not contain ${what}.`,
      fix: "Delete npm's cache folder, and try again.",
    });
  }
  const { width, height, channels, values } = await rgbaSamples(file, mostPixels);
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = channels === 4 ? (values[pixel * 4 + 3] ?? 0) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const value = values[pixel * channels + channel] ?? 0;
      data[pixel * 3 + channel] = Math.round((value * alpha + 255 * (255 - alpha)) / 255);
    }
  }
  const plan = { ...unchangedPlan(height, width), interpolation: 'bicubic' as const };
  return Buffer.from(renderer.render({ width, height, data }, plan));
}
