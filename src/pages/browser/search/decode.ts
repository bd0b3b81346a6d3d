import type { Image } from '../../../data/image';
import { largestImage } from '../../../data/decoding/image-size';
import { plainFile } from './plain-file';
import { ImageRefusal } from './image-refusal';

/** Maximum size in bytes of the canvas from which pixels are read back: phones have no large ones. */
const STRIP = 1 << 24;

/**
 * Decodes an image file with the browser's own decoder to the pixels that `src/data/decoding` returns, up to rounding.
 *
 * @throws ImageRefusal for other kinds of files, damaged files and too many pixels.
 */
export async function decodeFile(file: Blob): Promise<Image> {
  const { bytes, type } = await plainFile(new Uint8Array(await file.arrayBuffer()));
  const bitmap = await bitmapOf(new Blob([bytes], { type }));
  try {
    return pixelsOf(bitmap);
  } catch (error) {
    if (error instanceof ImageRefusal) throw error;
    throw new ImageRefusal(
      `This image has ${bitmap.width} × ${bitmap.height} pixels, which need more memory than the browser provides.`,
    );
  } finally {
    bitmap.close();
  }
}

async function bitmapOf(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  } catch {
    throw new ImageRefusal('The file is damaged, or has more pixels than the browser can decode.');
  }
}

function pixelsOf(bitmap: ImageBitmap): Image {
  const { width, height } = bitmap;
  if (width * height > largestImage) {
    throw new ImageRefusal(
      `This image has ${width} × ${height} pixels, which exceeds the maximum of ${largestImage}.`,
    );
  }
  const data = new Uint8Array(width * height * 3);
  const rows = Math.max(1, Math.min(height, Math.floor(STRIP / (width * 4))));
  const context = contextOf(width, rows);
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    context.drawImage(bitmap, 0, y, width, count, 0, 0, width, count);
    copyColours(context.getImageData(0, 0, width, count).data, data, y * width * 3);
  }
  return { width, height, data };
}

function copyColours(rgba: Uint8ClampedArray, rgb: Uint8Array, start: number): void {
  let opaque = 255;
  for (let from = 0, to = start; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] ?? 0;
    rgb[to + 1] = rgba[from + 1] ?? 0;
    rgb[to + 2] = rgba[from + 2] ?? 0;
    opaque &= rgba[from + 3] ?? 0;
  }
  if (opaque === 255) return;
  throw new ImageRefusal(
    'This image has transparent pixels whose colours the browser does not reveal. Save it as JPEG first.',
  );
}

/** Returns a context with its pixels in main memory, in the colour space to which all others are converted. */
function contextOf(width: number, height: number): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  if (context === null) throw new Error('no canvas of this size');
  context.imageSmoothingEnabled = false;
  return context;
}

/**
 * Checks that pixels are read back as they were drawn, since protections against fingerprinting change them.
 *
 * @throws ImageRefusal if they are not.
 */
export function requireTruePixels(): void {
  const side = 16;
  const context = contextOf(side, side);
  const drawn = context.createImageData(side, side);
  for (let i = 0; i < drawn.data.length; i++) drawn.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256;
  context.putImageData(drawn, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  if (data.every((value, i) => value === drawn.data[i])) return;
  throw new ImageRefusal(
    'This browser changes the pixels that pages read, to protect against fingerprinting. Allow this page to read them (canvas data), and load it again.',
  );
}
