import type { Image } from '../image';
import { decodeBitmap } from './bitmap';
import { decodeGif } from './gif';
import { decodeJpeg } from './jpeg';
import { decodePng } from './png';
import { decodePortable } from './portable';
import { rgbPixels } from './sharp-pixels';
import { decodeTiff } from './tiff';

type Decoder = (bytes: Buffer) => Image | Promise<Image>;

// libvips would also open formats that run code of their own, such as SVG: only these are let through.
const decoders: readonly (readonly [start: RegExp, decoder: Decoder])[] = [
  [/^\xff\xd8\xff/, decodeJpeg],
  [/^\x89PNG\r\n/, decodePng],
  [/^RIFF[^]{4}WEBP/, rgbPixels],
  [/^GIF8[79]a/, decodeGif],
  [/^BM/, decodeBitmap],
  [/^P[1-6]/, decodePortable],
  [/^(II[*+]\0|MM\0[*+])/, decodeTiff],
];

/**
 * Decodes an image file by its content, whatever its name is. The pixels equal those of PIL's
 * `Image.open(file).convert('RGB')`, which torchvision's loader calls, save for what `docs/data.md` lists.
 *
 * @throws Error whose message says why the content is not a readable image.
 */
export async function decodeImage(bytes: Buffer): Promise<Image> {
  if (bytes.length === 0) throw new Error('the file is empty');
  const start = bytes.toString('latin1', 0, 12);
  const found = decoders.find(([signature]) => signature.test(start));
  if (found === undefined) {
    throw new Error('its content is not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image');
  }
  return found[1](bytes);
}
