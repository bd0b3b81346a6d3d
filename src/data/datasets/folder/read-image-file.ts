import { isMainThread } from 'node:worker_threads';
import { readRegularAtOnce, readRegularFile } from '../../../system';
import { decodeImage, largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import type { Image } from '../../image';

/** Lower-case extensions of files that count as images: torchvision's, GIF and the rest of PNM. */
export const imageExtensions = [
  '.jpg',
  '.jpeg',
  '.png',
  '.webp',
  '.bmp',
  '.tif',
  '.tiff',
  '.ppm',
  '.pgm',
  '.pbm',
  '.pnm',
  '.gif',
] as const;

/** Four samples of 16 bits per pixel, plus the rest of a file. */
const bytesPerPixel = 8;
const otherBytes = 1 << 26;

/** Returns the largest size, in bytes, of a file with so many pixels, however it is encoded. */
export function mostFileBytes(pixels: number): number {
  return pixels * bytesPerPixel + otherBytes;
}

/**
 * Reads an image file as torchvision's loader does. A path may be bytes, since a name need not be UTF-8.
 *
 * @param grayRange the 16-bit gray values that become black and white (default: 0 and 65535).
 * @throws Error whose message says why the file is not a readable image.
 */
export async function readImageFile(
  path: string | Buffer,
  mostPixels = largestImage,
  grayRange: GrayRange | null = null,
): Promise<Image> {
  const most = mostFileBytes(mostPixels);
  // A loader thread has nothing else to do, and waiting for five calls of a small file takes longer than the calls.
  const bytes = isMainThread ? await readRegularFile(path, most) : readRegularAtOnce(path, most);
  return decodeImage(bytes, mostPixels, grayRange);
}
