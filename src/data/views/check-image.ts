import { FulgurError } from '../../errors';
import type { Image } from '../image';

/**
 * @throws FulgurError of kind `data` if an image's bytes do not match its size, since kernels read them without further
 * checks.
 */
export function checkImage({ width, height, data }: Image): void {
  if (width > 0 && height > 0 && data.length === width * height * 3) return;
  throw new FulgurError('data', {
    what: `An image of ${width} x ${height} pixels came with ${data.length} bytes.`,
    why: `RGB rows of that size are ${width * height * 3} bytes, and neither side may be 0.`,
    fix: 'Decode the image to 8-bit RGB without padding between rows.',
  });
}
