import { createRequire } from 'node:module';
import type sharp from 'sharp';
import { reasonOf } from '../datasets/data-errors';
import type { Image } from '../image';
import type { DeepGray } from './deep-gray';

const load = createRequire(__filename);
let loaded: typeof sharp | null = null;

/** sharp, loaded with the first image that needs it: many runs and threads have none. */
export function libvips(): typeof sharp {
  if (loaded !== null) return loaded;
  const library = load('sharp') as typeof sharp;
  // Parallelism comes from the loader's workers, and images that are read once per epoch are not worth caching.
  library.concurrency(1);
  library.cache(false);
  loaded = library;
  return library;
}

/** Longer than a slow machine takes for the largest image, but short enough for a file crafted to take forever. */
const MOST_SECONDS = 60;
const MOST_SENTENCES = 3;
const MOST_LETTERS = 300;

/** Samples of a decoded image, row by row, before Fulgur's rules convert them to RGB. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly values: Uint8Array | Uint16Array;
}

/** Decodes a file to RGB with libvips; an alpha channel is dropped and a colour profile ignored. */
export async function rgbPixels(bytes: Buffer, mostPixels: number): Promise<Image> {
  const { data, info } = await settle(open(bytes, mostPixels).removeAlpha().toColourspace('srgb').raw());
  const { width, height } = info;
  if (data.length === width * height * 3) return { width, height, data };
  throw new Error(`it has ${data.length / (width * height)} channels after conversion to RGB`);
}

/** Returns ink values as in the file; the high byte of 16-bit values. */
export async function cmykSamples(bytes: Buffer, mostPixels: number, bits = 8): Promise<Samples> {
  return byteSamples(bytes, mostPixels, 'cmyk', bits);
}

/** Returns colours with alpha as in the file; the high byte of 16-bit values. */
export async function rgbaSamples(bytes: Buffer, mostPixels: number, bits = 8): Promise<Samples> {
  return byteSamples(bytes, mostPixels, bits === 16 ? 'rgb16' : 'srgb', bits);
}

async function byteSamples(bytes: Buffer, mostPixels: number, space: string, bits: number): Promise<Samples> {
  const image = open(bytes, mostPixels).pipelineColourspace(space).toColourspace(space);
  if (bits !== 16) return samplesOf(await settle(image.raw()));
  const { values, ...shape } = words(await settle(image.raw({ depth: 'ushort' })));
  return { ...shape, values: Uint8Array.from(values, (value) => value >> 8) };
}

/** Returns 16-bit gray values. */
export async function deepGraySamples(bytes: Buffer, mostPixels: number): Promise<DeepGray> {
  const image = open(bytes, mostPixels).removeAlpha().pipelineColourspace('grey16').toColourspace('grey16');
  return words(await settle(image.raw({ depth: 'ushort' })));
}

function open(bytes: Buffer, mostPixels: number): sharp.Sharp {
  const image = libvips()(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: mostPixels });
  return image.timeout({ seconds: MOST_SECONDS });
}

type Raw = Awaited<ReturnType<typeof settle>>;

async function settle(image: sharp.Sharp): Promise<{ data: Buffer; info: sharp.OutputInfo }> {
  try {
    return await image.toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new Error(firstOf((error as Error).message), { cause: error });
  }
}

/** libvips reports one sentence per attempt and per broken part of a file. */
function firstOf(message: string): string {
  if (message.startsWith('timeout')) return `it takes more than ${MOST_SECONDS} seconds to decode`;
  const lines = new Set(message.split('\n').map((line) => line.trim().replace(/:$/, '')));
  // If it reports many unknown tags, there is no room for more.
  const faults = [...lines].filter((line) => line !== '' && !line.includes('custom tag'));
  const sentences = faults.length > 0 ? faults : ['its tags are damaged'];
  const told = sentences.slice(0, MOST_SENTENCES).map((sentence) => shortenedTo(sentence, MOST_LETTERS));
  const rest = sentences.length - told.length;
  return reasonOf({ message: `${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}` });
}

function shortenedTo(text: string, letters: number): string {
  return text.length <= letters ? text : `${text.slice(0, letters)} [...]`;
}

function samplesOf({ data, info }: Raw): Samples {
  return { width: info.width, height: info.height, channels: info.channels, values: data };
}

function words({ data, info }: Raw): Samples & DeepGray {
  const values = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return { width: info.width, height: info.height, channels: info.channels, values };
}
