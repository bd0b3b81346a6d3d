import type { Image } from '../image';
import type { ViewSize } from '../views';

/** Lengths in pixels. */
export const lengths = {
  margin: 24,
  gap: 16,
  /** Of a line of text. */
  line: 16,
  /** Room for the longest usual line below a view. */
  textWidth: 184,
  /** Of a sheet, without its margins. */
  widest: 2000,
  narrowest: 720,
} as const;

/** Views are shown about as large as this, by a whole number of times; the largest are made smaller. */
const target = 192;
const largest = 320;

/** How an image is shown: each pixel as a square of `times` pixels, or, where that is below 1, made smaller. */
export interface Shown extends ViewSize {
  readonly times: number;
}

/** A place on the sheet, and what is shown there. */
export interface Cell extends Shown {
  readonly left: number;
  readonly top: number;
}

/** The places of a sample's original and its views, from the corner of its band. */
export interface Band {
  readonly cells: readonly Cell[];
  readonly height: number;
}

/** All views of a sheet in one scale, so that small ones look small. */
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

/** An original is shown at most as large as the largest view, but large enough to see something. */
export function shownOriginal({ height, width }: Image): Shown {
  return shownIn({ height, width }, scaleTo(Math.max(height, width), largest));
}

/**
 * Puts an original and its views into rows.
 *
 * @param lines of text below each.
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

/** How far cells reach to the right. */
export function widthOf(bands: readonly Band[]): number {
  const ends = bands.flatMap(({ cells }) =>
    cells.map(({ left, width }) => left + Math.max(width, lengths.textWidth)),
  );
  return Math.max(lengths.narrowest, ...ends);
}
