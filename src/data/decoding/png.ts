import type { Image } from '../image';
import { imageOfDeepGray } from './deep-gray';
import { deepGraySamples, rgbPixels } from './sharp-pixels';

const depthAt = 24;
const colourTypeAt = 25;

/** Decodes a PNG file. Gamma, profiles and EXIF orientation are not applied, transparent pixels keep their colour. */
export async function decodePng(bytes: Buffer): Promise<Image> {
  const isDeepGray = bytes[depthAt] === 16 && bytes[colourTypeAt] === 0;
  return isDeepGray ? imageOfDeepGray(await deepGraySamples(bytes)) : rgbPixels(bytes);
}
