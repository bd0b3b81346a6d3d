import { isMainThread } from 'node:worker_threads';
import { readRegularAtOnce, readRegularFile } from '../../../system';
import { decodeImage, largestImage } from '../../decoding';
import type { GrayRange } from '../../decoding';
import type { Image } from '../../image';

/** Extensions of the files that count as images, in lower case: torchvision's, and the rest of PNM's and GIF's. */
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

/** Four samples of 16 bits for each pixel, and what else stands in a file. */
const bytesPerPixel = 8;
const otherBytes = 1 << 26;

/** The bytes that a file of so many pixels has at most, however it is encoded. */
export function mostFileBytes(pixels: number): number {
  return pixels * bytesPerPixel + otherBytes;
}

/**
 * Reads an image file as torchvision's loader does; a path may be bytes, since a name need not be UTF-8.
 *
 * @param grayRange the values of 16-bit gray that become black and white (default 0 and 65535).
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
