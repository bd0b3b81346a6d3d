import { BrokenImageError, reasonOf } from './data-errors';
import type { Image } from '../image';
import { decodeImage } from '../decoding';
import type { GrayRange } from '../decoding';
import { readImageFile } from './folder/read-image-file';

/** How an image is read. The scope of your own data set contains the run's values of these options. */
export interface ReadOptions {
  /** An image with more pixels counts as broken (default: 178,956,970, as in Pillow). */
  readonly maxImagePixels?: number;
  /** The 16-bit gray values that become black and white (default: 0 and 65535). */
  readonly grayRange?: GrayRange | null;
}

/**
 * Reads an image file like the data set `folder`, for use in your own data set.
 *
 * @throws BrokenImageError if it is not a readable image; `--data.onBrokenImage skip` leaves it out.
 */
export async function imageOfFile(path: string, how: ReadOptions = {}): Promise<Image> {
  try {
    return await readImageFile(path, how.maxImagePixels, how.grayRange);
  } catch (error) {
    throw new BrokenImageError(path, reasonOf(error), error);
  }
}

/**
 * Decodes the bytes of an image file, such as an entry of an archive; otherwise like `readImage`.
 *
 * @param name the image's name, for the error.
 */
export async function imageOfBytes(bytes: Uint8Array, name: string, how: ReadOptions = {}): Promise<Image> {
  try {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return await decodeImage(file, how.maxImagePixels, how.grayRange);
  } catch (error) {
    throw new BrokenImageError(name, reasonOf(error), error);
  }
}
