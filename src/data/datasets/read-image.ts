import { BrokenImageError, reasonOf } from './data-errors';
import type { Image } from '../image';
import { decodeImage } from '../decoding';
import { readImageFile } from './folder/read-image-file';

/**
 * Reads an image file as the data set `folder` does, for a data set of one's own.
 *
 * @param mostPixels an image of more pixels counts as broken (default 178,956,970, as in Pillow).
 * @throws BrokenImageError where it is not a readable image; `--data.onBrokenImage skip` leaves it out.
 */
export async function imageOfFile(path: string, mostPixels?: number): Promise<Image> {
  try {
    return await readImageFile(path, mostPixels);
  } catch (error) {
    throw new BrokenImageError(path, reasonOf(error), error);
  }
}

/**
 * Decodes the bytes of an image file, such as an entry of an archive; otherwise as `imageOfFile`.
 *
 * @param name of the image, for the error.
 */
export async function imageOfBytes(bytes: Uint8Array, name: string, mostPixels?: number): Promise<Image> {
  try {
    return await decodeImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), mostPixels);
  } catch (error) {
    throw new BrokenImageError(name, reasonOf(error), error);
  }
}
