import { ImageRefusal } from './image-refusal';
import { plainGif, plainJpeg, plainPng, plainWebp } from './plain-formats';

/** A file that browsers decode as Fulgur does: without a colour profile, orientation or transparency. */
export interface PlainFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Media type, determined by the content. */
  readonly type: string;
}

type Rewriter = (
  bytes: Uint8Array<ArrayBuffer>,
) => Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>;

interface Format {
  readonly start: RegExp;
  readonly type: string;
  readonly rewrite: Rewriter;
}

const formats: readonly Format[] = [
  { start: /^\xff\xd8\xff/, type: 'image/jpeg', rewrite: plainJpeg },
  { start: /^\x89PNG\r\n/, type: 'image/png', rewrite: plainPng },
  { start: /^RIFF[^]{4}WEBP/, type: 'image/webp', rewrite: plainWebp },
  { start: /^GIF8[79]a/, type: 'image/gif', rewrite: plainGif },
  { start: /^BM/, type: 'image/bmp', rewrite: (bytes) => bytes },
];

/** Other common formats, each with a remedy. */
const refused: readonly (readonly [start: RegExp, sentence: string])[] = [
  [
    /^[^]{4}ftyp(hei|hev|mif1|msf1)/,
    'This is a HEIC photo, which browsers and Fulgur do not decode. Save it as JPEG or PNG first.',
  ],
  [
    /^[^]{4}ftypavi[fs]/,
    'This is an AVIF image, which Fulgur does not train on. Save it as JPEG or PNG first.',
  ],
  [/^(II[*+]\0|MM\0[*+])/, 'This is a TIFF image, which browsers do not decode. Save it as PNG first.'],
  [/^P[1-7]\s/, 'This is a PNM image, which browsers do not decode. Save it as PNG first.'],
  [/^\s*(<\?xml|<svg)/, 'This is an SVG drawing, not pixels. Save it as PNG first.'],
];

/**
 * Rewrites an image file so that a browser's own decoder returns the same pixels as Fulgur's: anything that would
 * rotate, recolour or blend them is removed.
 *
 * @throws ImageRefusal for a file that is not an image that both can decode, or is truncated.
 */
export async function plainFile(bytes: Uint8Array<ArrayBuffer>): Promise<PlainFile> {
  if (bytes.length === 0) throw new ImageRefusal('The file is empty.');
  const start = latin1(bytes.subarray(0, 64));
  const sentence = refused.find(([signature]) => signature.test(start))?.[1];
  if (sentence !== undefined) throw new ImageRefusal(sentence);
  const format = formats.find((known) => known.start.test(start));
  if (format === undefined) throw new ImageRefusal('This is not a JPEG, PNG, WebP, GIF or BMP image.');
  return { bytes: await format.rewrite(bytes), type: format.type };
}

/** Bytes as characters with the same codes. */
export function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
