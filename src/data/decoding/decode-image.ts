import type { Image } from '../image';
import { decodeBitmap } from './bitmap';
import { imageOfDeepGray } from './deep-gray';
import type { GrayRange } from './deep-gray';
import { decodeGif } from './gif';
import { largestImage } from './image-size';
import { decodePortable } from './portable';
import { cmykSamples, deepGraySamples, rgbPixels } from './sharp-pixels';
import { MOST_PIXELS, smallJpegPixels } from './small-jpeg';
import { decodeTiff } from './tiff';
import { rgbOfCmyk } from './to-rgb';

type Decoder = (bytes: Buffer, mostPixels: number, grayRange: GrayRange | null) => Image | Promise<Image>;

// libvips would also open formats that can run code, such as SVG; only these are allowed.
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
 * Decodes an image file by its contents, whatever its name. The pixels equal those of PIL's
 * `Image.open(file).convert('RGB')`, which torchvision's loader calls, except for what `docs/data.md` lists.
 *
 * @param grayRange the 16-bit gray values that become black and white (default: 0 and 65535).
 * @throws Error whose message says why the file is not a readable image.
 */
export async function decodeImage(
  bytes: Buffer,
  mostPixels = largestImage,
  grayRange: GrayRange | null = null,
): Promise<Image> {
  if (bytes.length === 0) throw new Error('the file is empty');
  const start = bytes.toString('latin1', 0, 12);
  const found = decoders.find(([signature]) => signature.test(start));
  if (found === undefined) {
    throw new Error('its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image');
  }
  return found[1](bytes, mostPixels, grayRange);
}

/** Decodes a JPEG file: gray, colour or CMYK. As in PIL, the EXIF orientation is not applied. */
async function decodeJpeg(bytes: Buffer, mostPixels: number): Promise<Image> {
  const frame = jpegFrame(bytes);
  if (frame?.components === 4) return rgbOfCmyk(await cmykSamples(bytes, mostPixels));
  if (frame !== null && frame.pixels <= Math.min(MOST_PIXELS, mostPixels)) {
    const image = await smallJpegPixels(bytes);
    if (image !== null) return image;
  }
  return rgbPixels(bytes, mostPixels);
}

/** Read here because sharp takes a quarter of a millisecond for it; `null` where the file has no frame header. */
function jpegFrame(bytes: Buffer): { readonly pixels: number; readonly components: number } | null {
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    // Other bytes may precede a marker, and any number of 0xff.
    if (bytes[at] !== 0xff || marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const pixels = bytes.readUInt16BE(at + 5) * bytes.readUInt16BE(at + 7);
      return { pixels, components: bytes[at + 9] ?? 0 };
    }
    const isAlone = marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isAlone ? 2 : 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

const depthAt = 24;
const colourTypeAt = 25;
const gray = 0;
const grayWithAlpha = 4;

/** Decodes a PNG file. Gamma, profiles and EXIF orientation are not applied; transparent pixels keep their colour. */
async function decodePng(bytes: Buffer, mostPixels: number, grayRange: GrayRange | null): Promise<Image> {
  // With alpha, PIL reads only the high bytes, as for colours.
  const types = grayRange === null ? [gray] : [gray, grayWithAlpha];
  const isDeepGray = bytes[depthAt] === 16 && types.includes(bytes[colourTypeAt] ?? -1);
  return isDeepGray
    ? imageOfDeepGray(await deepGraySamples(bytes, mostPixels), grayRange)
    : rgbPixels(bytes, mostPixels);
}
