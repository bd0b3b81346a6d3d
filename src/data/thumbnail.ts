import { createRequire } from 'node:module';
import type sharp from 'sharp';
import type { SourceImage } from './source-image';
import { rgbOf } from './source-image';

const load = createRequire(__filename);
const QUALITY = 80;

/** A small picture of an image for a page. */
export interface Thumbnail {
  /** `data:image/jpeg;base64,...` */
  readonly address: string;
  /** Width in pixels. */
  readonly width: number;
  readonly height: number;
}

/**
 * Makes a JPEG thumbnail whose longer side has at most `side` pixels. Small images are enlarged so that their pixels
 * are visible.
 *
 * @param side the largest length of the longer side, in pixels.
 */
export async function jpegThumbnail(source: SourceImage, side: number): Promise<Thumbnail> {
  const { width, height, data } = rgbOf(source);
  const library = load('sharp') as typeof sharp;
  const isSmall = Math.max(width, height) < side;
  const scale = side / Math.max(width, height);
  const size = {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
  const { data: jpeg, info } = await library(data, { raw: { width, height, channels: 3 } })
    .resize({ ...size, fit: 'fill', kernel: isSmall ? 'nearest' : 'lanczos3' })
    .jpeg({ quality: QUALITY })
    .toBuffer({ resolveWithObject: true });
  const address = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
  return { address, width: info.width, height: info.height };
}
