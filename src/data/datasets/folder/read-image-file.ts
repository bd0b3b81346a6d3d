import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { Image } from '../../image';
import { decodeBitmap, isBitmap } from './bitmap';
import { decodeJpeg } from './jpeg/decode-jpeg';

/** Extensions of the files that count as images, in lower case. */
export const imageExtensions = ['.jpg', '.jpeg', '.png', '.webp', '.bmp', '.tif', '.tiff'] as const;

// Parallelism comes from the loader's workers; what is read once per epoch is not worth keeping.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Reads an image file as torchvision's loader does, which is PIL's `Image.open(path).convert('RGB')`: the pixels are
 * bit-equal. So EXIF orientation and colour profiles are not applied, an alpha channel is dropped, gray becomes three
 * equal channels, CMYK is converted without a profile, and of an animation the first frame counts. One difference: of
 * 16-bit values the high byte is taken, where PIL clips 16-bit gray to white.
 *
 * @throws Error whose message says why the file is no readable image.
 */
export async function readImageFile(path: string): Promise<Image> {
  return decodeImage(await readFile(path));
}

/** Decodes a jpg, png, webp, bmp or tiff file by its content. */
export async function decodeImage(bytes: Buffer): Promise<Image> {
  if (bytes.length === 0) throw new Error('the file is empty');
  if (isBitmap(bytes)) return decodeBitmap(bytes);
  // What most folders hold; sharp takes more than twice the time.
  const usual = decodeJpeg(bytes);
  if (usual !== null) return usual;
  if (!isKnown(bytes)) throw new Error('its content is no jpg, png, webp, bmp or tiff image');
  const input = sharp(bytes, { failOn: 'error', ignoreIcc: true });
  const { space } = await input.metadata();
  return space === 'cmyk' ? decodeCmyk(bytes) : decodeRgb(input);
}

async function decodeRgb(input: sharp.Sharp): Promise<Image> {
  const { data, info } = await input
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  if (data.length === pixels * 3) return { width: info.width, height: info.height, data };
  throw new Error(`it has ${data.length / pixels} channels after conversion to RGB`);
}

async function decodeCmyk(bytes: Buffer): Promise<Image> {
  const { data, info } = await sharp(bytes, { failOn: 'error', ignoreIcc: true })
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const pixels = info.width * info.height;
  const rgb = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const light = 255 - (data[pixel * info.channels + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      const ink = data[pixel * info.channels + channel] ?? 0;
      rgb[pixel * 3 + channel] = Math.max(0, light - scaleByte(ink, light));
    }
  }
  return { width: info.width, height: info.height, data: rgb };
}

/** a * b / 255, rounded, in the whole numbers that PIL uses. */
function scaleByte(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

// libvips would also open formats that run code of their own, such as SVG: only these are let through.
function isKnown(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12);
  const signatures = ['\xff\xd8\xff', '\x89PNG\r\n\x1a\n', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
  return signatures.some((s) => start.startsWith(s)) || /^RIFF[^]{4}WEBP/.test(start);
}
