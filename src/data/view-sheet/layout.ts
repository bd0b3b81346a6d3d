import type { Image } from '../image';
import type { ViewSize } from '../views';

/** Lengths in pixels. */
export const lengths = {
  margin: 24,
  gap: 16,
  /** Height of a line of text. */
  line: 16,
  /** Space for the longest usual line below a view. */
  textWidth: 184,
  /** Width of a sheet, without its margins. */
  widest: 2000,
  narrowest: 720,
} as const;

/** Views are enlarged by a whole factor to about this size; larger ones are reduced. */
const target = 192;
const largest = 320;

/** How an image is shown: each pixel as a square of `times` pixels or, if that is below 1, reduced. */
export interface Shown extends ViewSize {
  readonly times: number;
}

/** A cell of the sheet and what it shows. */
export interface Cell extends Shown {
  readonly left: number;
  readonly top: number;
}

/** The cells of a sample's original and its views, relative to the corner of its band. */
export interface Band {
  readonly cells: readonly Cell[];
  readonly height: number;
}

/** Scales all views of a sheet equally, so that small ones look small. */
export function viewScale(views: readonly ViewSize[]): number {
  return scaleTo(Math.max(1, ...views.flatMap(({ height, width }) => [height, width])), largest);
}

function scaleTo(side: number, most: number): number {
  return side > most ? most / side : Math.max(1, Math.floor(target / side));
}

export function shownIn({ height, width }: ViewSize, times: number): Shown {
  const sideOf = (length: number): number => Math.max(1, Math.round(length * times));
  return { height: sideOf(height), width: sideOf(width), times };
}

/** An original is shown no larger than the largest view, but large enough to be recognisable. */
export function shownOriginal({ height, width }: Image): Shown {
  return shownIn({ height, width }, scaleTo(Math.max(height, width), largest));
}

/**
 * Arranges an original and its views in rows.
 *
 * @param lines the number of text lines below each.
 */
export function layBand(shown: readonly Shown[], lines: readonly number[]): Band {
  const { gap, line, textWidth, widest } = lengths;
  const heading = line + 8;
  const cells: Cell[] = [];
  let [left, top, rowHeight] = [0, heading, 0];
  for (const [place, one] of shown.entries()) {
    const width = Math.max(one.width, textWidth);
    if (left > 0 && left + width > widest) [left, top, rowHeight] = [0, top + rowHeight + gap, 0];
    cells.push({ ...one, left, top });
    left += width + gap;
    rowHeight = Math.max(rowHeight, one.height + 8 + (lines[place] ?? 0) * line);
  }
  return { cells, height: top + rowHeight };
}

/** Returns how far the cells extend to the right. */
export function widthOf(bands: readonly Band[]): number {
  const ends = bands.flatMap(({ cells }) =>
    cells.map(({ left, width }) => left + Math.max(width, lengths.textWidth)),
  );
  return Math.max(lengths.narrowest, ...ends);
}
