import type { Image } from '../image';
import { imageOfDeepGray } from './deep-gray';
import type { GrayRange } from './deep-gray';
import { cmykSamples, deepGraySamples, rgbPixels, rgbaSamples } from './sharp-pixels';
import type { TiffTags } from './tiff-tags';
import { readTiffTags, withTagValue } from './tiff-tags';
import { convertByLibtiff, convertByPillow, dividedByAlpha, rgbOfCmyk } from './to-rgb';

/** Photometric interpretations that PIL converts to RGB. */
const photometric = { whiteIsZero: 0, blackIsZero: 1, rgb: 2, palette: 3, cmyk: 5, lumaChroma: 6 } as const;
const uncompressed = 1;
const premultiplied = 1;
const straight = 2;
const inPlanes = 2;

/** What must be known about a TIFF file before libvips decodes it. */
interface Layout {
  readonly bits: number;
  readonly photometric: number;
  readonly compression: number;
  readonly orientation: number;
  readonly extraSamples: readonly number[];
  /** Whether chroma has fewer samples than luma. */
  readonly subsampled: boolean;
}

/**
 * Decodes the first image of a TIFF file, rotated according to its orientation tag. libvips reads the samples; those
 * that it mistakes for RGB, or scales differently from PIL, are converted here.
 *
 * @throws Error naming what is not supported.
 */
export async function decodeTiff(
  bytes: Buffer,
  mostPixels: number,
  grayRange: GrayRange | null,
): Promise<Image> {
  const tags = readTiffTags(bytes);
  const layout = readLayout(tags);
  refuseUnknown(tags, layout);
  refuseMissingParts(tags);
  const image = await decodeSamples(bytes, tags, { ...layout, grayRange }, mostPixels);
  return orient(image, layout.orientation);
}

function readLayout(tags: TiffTags): Layout {
  const compression = first(tags, 259, uncompressed);
  const isJpeg = compression === 6 || compression === 7;
  const [across = 2, down = 2] = tags.get(530)?.values ?? [];
  return {
    bits: first(tags, 258, 1),
    photometric: first(tags, 262, photometric.whiteIsZero),
    compression,
    orientation: first(tags, 274, 1),
    extraSamples: tags.get(338)?.values ?? [],
    // libjpeg itself converts the samples of JPEG to RGB.
    subsampled: isJpeg || across > 1 || down > 1,
  };
}

function first(tags: TiffTags, tag: number, otherwise: number): number {
  return tags.get(tag)?.values[0] ?? otherwise;
}

function refuseUnknown(tags: TiffTags, { bits, photometric: colours, extraSamples }: Layout): void {
  const format = first(tags, 339, 1);
  const formats: Readonly<Record<number, string>> = { 2: 'signed numbers', 3: 'floating-point numbers' };
  const unranged =
    format === 1 || format === 4
      ? bits > 16
        ? `numbers of ${bits} bits`
        : null
      : (formats[format] ?? 'numbers of an unknown kind');
  if (unranged !== null) {
    throw new Error(
      `its samples are ${unranged}, but nothing defines the value of white (save it with 8 or 16 bits)`,
    );
  }
  if (![1, 2, 4, 8, 16].includes(bits)) {
    throw new Error(`its samples of ${bits} bits are not supported (save it with 8 or 16 bits)`);
  }
  if (!Object.values<number>(photometric).includes(colours)) {
    const name = colours === 8 ? 'CIE L*a*b*' : `number ${colours}`;
    throw new Error(`its colour space (${name}) is not supported`);
  }
  const isColour = colours === photometric.rgb || colours === photometric.cmyk;
  if (first(tags, 284, 1) === inPlanes && first(tags, 277, 1) > 1 && !isColour) {
    throw new Error('its samples are in separate planes, which is only supported for RGB and CMYK');
  }
  if (extraSamples[0] === premultiplied && colours !== photometric.rgb) {
    throw new Error('its samples are multiplied by alpha, which is only supported for RGB');
  }
}

/** libvips searches for each missing part in turn and reports every one. */
function refuseMissingParts(tags: TiffTags): void {
  const [width, height] = [first(tags, 256, 0), first(tags, 257, 0)];
  const planes = first(tags, 284, 1) === inPlanes ? first(tags, 277, 1) : 1;
  const [tileWidth, tileHeight] = [first(tags, 322, 0), first(tags, 323, 0)];
  const isTiled = tileWidth > 0 && tileHeight > 0;
  const across = isTiled ? Math.ceil(width / tileWidth) : 1;
  const down = Math.ceil(height / (isTiled ? tileHeight : first(tags, 278, height) || height || 1));
  const needed = planes * across * down;
  const offsets = tags.get(isTiled ? 324 : 273);
  if (offsets === undefined || offsets.count >= needed) return;
  throw new Error(
    `it names ${offsets.count} of the ${needed} parts that its ${width} x ${height} pixels need`,
  );
}

async function decodeSamples(
  bytes: Buffer,
  tags: TiffTags,
  layout: Layout & { readonly grayRange: GrayRange | null },
  mostPixels: number,
): Promise<Image> {
  const { bits, photometric: colours, compression, subsampled } = layout;
  if (colours === photometric.cmyk)
    return rgbOfCmyk(await cmykSamples(bytes, mostPixels, bits === 16 ? 16 : 8));
  if (colours <= photometric.blackIsZero && bits === 16)
    return imageOfDeepGray(await deepGraySamples(bytes, mostPixels), rangeOf(layout));
  const extra = tags.get(338);
  if (extra?.values[0] === premultiplied) {
    // libvips would divide by alpha with other rounding.
    return dividedByAlpha(await rgbaSamples(withTagValue(bytes, extra, straight), mostPixels, bits));
  }
  const image = await rgbPixels(bytes, mostPixels);
  if (colours !== photometric.lumaChroma || subsampled) return image;
  if (compression === uncompressed) return convertByPillow(image);
  return convertByLibtiff(image, { shares: tags.get(529)?.values ?? [], codes: tags.get(532)?.values ?? [] });
}

/** libvips inverts the values if 0 is white, so the range is inverted too. */
function rangeOf({
  grayRange,
  photometric: colours,
}: Layout & { readonly grayRange: GrayRange | null }): GrayRange | null {
  if (grayRange === null || colours !== photometric.whiteIsZero) return grayRange;
  const [black, white] = grayRange;
  return [65535 - white, 65535 - black];
}

/** Rotates and flips an image according to TIFF's orientation tag; values other than 2 to 8 leave it unchanged. */
function orient(image: Image, orientation: number): Image {
  if (orientation < 2 || orientation > 8) return image;
  const { width, height, data } = image;
  const swapped = orientation >= 5;
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  const newWidth = swapped ? height : width;
  for (let y = 0; y < height; y++) {
    const alongY = mirrorY ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const alongX = mirrorX ? width - 1 - x : x;
      const to = swapped ? alongX * newWidth + alongY : alongY * newWidth + alongX;
      const from = (y * width + x) * 3;
      turned[to * 3] = data[from] ?? 0;
      turned[to * 3 + 1] = data[from + 1] ?? 0;
      turned[to * 3 + 2] = data[from + 2] ?? 0;
    }
  }
  return { width: newWidth, height: swapped ? width : height, data: turned };
}
