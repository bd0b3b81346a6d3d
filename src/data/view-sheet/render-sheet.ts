import type { OverlayOptions } from 'sharp';
import type { ViewSheet } from '../../contracts';
import { libvips } from '../decoding/sharp-pixels';
import type { Image } from '../image';
import type { DrawnSample } from './drawn-sample';
import type { Band, Shown } from './layout';
import { layBand, lengths, shownIn, shownOriginal, viewScale, widthOf } from './layout';
import { bandSvg, edge, labelOf, titleSvg, wrapped } from './sheet-svg';

/** The number of views per sample that a sheet has space for. */
export const mostViews = 24;

/** Whether any font is installed; without one, no text appears. */
export async function hasFont(): Promise<boolean> {
  const { channels } = await libvips()(Buffer.from(titleSvg(['Ag'], 40, 24)))
    .flatten({ background: '#ffffff' })
    .stats();
  return channels.some(({ min }) => min < 128);
}

/**
 * Draws samples with their views, one below another.
 *
 * @param title lines of text, of which the first is large.
 * @param caption a sentence that describes the picture.
 */
export async function renderSheet(
  samples: readonly DrawnSample[],
  { title, caption }: { readonly title: readonly string[]; readonly caption: string },
): Promise<ViewSheet> {
  const times = viewScale(samples[0]?.views ?? []);
  const bands = samples.map((sample) => bandOf(sample, times));
  const { margin, gap, line } = lengths;
  const inner = widthOf(bands.map(({ band }) => band));
  const [first = '', ...others] = title;
  const lines = [first, ...others.flatMap((text) => wrapped(text, inner))];
  const titleHeight = 24 + lines.length * line;
  const layers: OverlayOptions[] = [];
  const text = (svg: string, top: number): OverlayOptions => ({
    input: Buffer.from(svg),
    ...{ left: margin - edge, top: top - edge },
  });
  layers.push(text(titleSvg(lines, inner, titleHeight), margin));
  let top = margin + titleHeight;
  for (const [place, { band, images, sample }] of bands.entries()) {
    if (place > 0) top += gap;
    for (const [at, cell] of band.cells.entries()) {
      const image = images[at];
      if (image === undefined) continue;
      const input = await resized(image, cell);
      const raw = { width: cell.width, height: cell.height, channels: 3 as const };
      layers.push({ input, raw, left: margin + cell.left, top: top + cell.top });
    }
    layers.push(text(bandSvg(sample, band, inner), top));
    top += band.height;
  }
  const [width, height] = [inner + 2 * margin, top + margin];
  const png = await libvips()({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite(layers)
    .removeAlpha()
    .png()
    .toBuffer();
  return { png, width, height, caption };
}

function bandOf(
  sample: DrawnSample,
  times: number,
): { band: Band; images: readonly Image[]; sample: DrawnSample } {
  const { original } = sample;
  const views = sample.views.slice(0, mostViews);
  const shown = [shownOriginal(original), ...views.map((view) => shownIn(view, times))];
  const lines = [1, ...views.map((_, place) => labelOf(sample, place).length)];
  return { band: layBand(shown, lines), images: [original, ...views], sample };
}

/** Returns the RGB bytes of an image as displayed. */
function resized(image: Image, shown: Shown): Buffer | Promise<Buffer> {
  if (shown.times >= 1) return enlarged(image, shown.times);
  const { width, height, data } = image;
  return libvips()(data, { raw: { width, height, channels: 3 } })
    .resize(shown.width, shown.height, { fit: 'fill' })
    .raw()
    .toBuffer();
}

/** Turns each pixel into a square. */
function enlarged({ width, height, data }: Image, times: number): Buffer {
  const row = width * times * 3;
  const out = Buffer.alloc(row * height * times);
  for (let y = 0; y < height; y++) {
    const start = y * times * row;
    for (let x = 0; x < width * times; x++) {
      const from = (y * width + Math.floor(x / times)) * 3;
      for (let channel = 0; channel < 3; channel++) out[start + x * 3 + channel] = data[from + channel] ?? 0;
    }
    for (let copy = 1; copy < times; copy++) out.copyWithin(start + copy * row, start, start + row);
  }
  return out;
}
