import { printable } from '../../system';
import type { Image } from '../image';
import type { CropBox } from '../views/kernels/crop-box';
import type { DrawnSample } from './drawn-sample';
import type { Band, Cell } from './layout';
import { lengths } from './layout';
import { boxOf, wordsOf } from './view-words';

/** Okabe and Ito's colours, which are distinguishable for colour-blind people; each also has its number. */
const colours = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#b0a400'];
const font = "font-family=\"'DejaVu Sans', 'Liberation Sans', 'Noto Sans', Arial, sans-serif\"";

/** The badge that contains a box's number. */
const badge = { width: 18, height: 14 } as const;

/** The usual width of a label's letter, in pixels. */
const letter = 7;
/** The number of letters per line below a view. */
const longestLine = 27;
/** The largest number of letters of a name; the middle of longer ones is left out. */
const mostLetters = 70;

/** Draws text and boxes over the images of a band, with `edge` around it. */
export function bandSvg(sample: DrawnSample, { cells, height }: Band, width: number): string {
  const [first, ...others] = cells;
  const { original } = sample;
  const views = sample.views.slice(0, others.length);
  const parts = [
    heading(sample),
    ...(first === undefined ? [] : [frame(first, '#999999'), ...words(first, ['original'])]),
    ...(first === undefined
      ? []
      : cropMarks(
          views.map((view) => boxOf(view, original)),
          first,
          original,
        )),
    ...others.flatMap((cell, place) => {
      return [frame(cell, colourOf(place)), ...words(cell, labelOf(sample, place))];
    }),
  ];
  return svg(width, height, parts);
}

/** Returns the lines below a view: which one it is, and its random draws. */
export function labelOf({ views, original }: DrawnSample, place: number): string[] {
  const view = views[place];
  if (view === undefined) return [];
  const title = `view ${place + 1}, ${view.width}×${view.height}`;
  const lines = wordsOf(view, original).flatMap((line) => wrapped(line, longestLine * letter));
  return [title, ...lines];
}

/** Draws the lines of text at the top of a sheet, the first one large, with `edge` around them. */
export function titleSvg(lines: readonly string[], width: number, height: number): string {
  return svg(
    width,
    height,
    lines.map((line, at) =>
      at === 0
        ? `<text x="0" y="20" font-size="18" font-weight="bold" fill="#111111">${escaped(line)}</text>`
        : `<text x="0" y="${24 + at * lengths.line}" font-size="12" fill="#333333">${escaped(line)}</text>`,
    ),
  );
}

/** Space for the edges of frames on all sides. */
export const edge = 8;

function svg(width: number, height: number, parts: readonly string[]): string {
  const size = [width + 2 * edge, height + 2 * edge];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.join('" height="')}" viewBox="${-edge} ${-edge} ${size.join(' ')}" ${font}>` +
    `${parts.join('')}</svg>`
  );
}

function heading({ index, name, class: kind, original }: DrawnSample): string {
  const facts = [
    ...(kind === null ? [] : [`class ${shortened(kind)}`]),
    `${original.width}×${original.height} pixels`,
    `index ${index}`,
  ];
  return (
    `<text x="0" y="13" font-size="13" fill="#333333"><tspan font-weight="bold" fill="#111111">` +
    `${escaped(shortened(name))}</tspan> · ${escaped(facts.join(' · '))}</text>`
  );
}

/** The first line is the title. */
function words({ left, top, height }: Cell, lines: readonly string[]): string[] {
  return lines.map((line, at) => {
    const y = top + height + 8 + (at + 1) * lengths.line - 4;
    const weight = at === 0 ? ' font-weight="bold"' : '';
    return `<text x="${left}" y="${y}" font-size="12"${weight} fill="#333333">${escaped(shortened(line, longestLine))}</text>`;
  });
}

/** Drawn around an image, not over it. */
function frame({ left, top, width, height }: Cell, colour: string): string {
  return `<rect x="${left - 1.5}" y="${top - 1.5}" width="${width + 3}" height="${height + 3}" fill="none" stroke="${colour}" stroke-width="3"/>`;
}

/**
 * Draws the crop of each view with its number. Boxes have a light outer edge to be visible on dark images, and the
 * numbers of boxes with a common corner are side by side.
 */
function cropMarks(boxes: readonly (CropBox | null)[], cell: Cell, original: Image): string[] {
  const across = cell.width / original.width;
  const down = cell.height / original.height;
  const edges: string[] = [];
  const badges: { readonly x: number; readonly y: number; readonly svg: string }[] = [];
  for (const [place, box] of boxes.entries()) {
    if (box === null || (box.width === original.width && box.height === original.height)) continue;
    let x = round(cell.left + box.left * across);
    const y = round(cell.top + box.top * down);
    const at = `x="${x}" y="${y}" width="${round(box.width * across)}" height="${round(box.height * down)}"`;
    const colour = colourOf(place);
    edges.push(
      `<rect ${at} fill="none" stroke="#ffffff" stroke-width="4"/>` +
        `<rect ${at} fill="none" stroke="${colour}" stroke-width="2"/>`,
    );
    while (
      badges.some((other) => Math.abs(other.x - x) < badge.width && Math.abs(other.y - y) < badge.height)
    )
      x += badge.width;
    const svg =
      `<rect x="${x}" y="${y}" width="${badge.width}" height="${badge.height}" fill="${colour}" stroke="#ffffff"/>` +
      `<text x="${x + badge.width / 2}" y="${y + 11}" font-size="11" font-weight="bold" fill="#ffffff" text-anchor="middle">${place + 1}</text>`;
    badges.push({ x, y, svg });
  }
  return [...edges, ...badges.map(({ svg }) => svg)];
}

function colourOf(place: number): string {
  return colours[place % colours.length] ?? '#000000';
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Breaks text into lines, with an estimated width per letter. */
export function wrapped(text: string, width: number): string[] {
  const most = Math.floor(width / letter);
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > most) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

function shortened(text: string, most = mostLetters): string {
  const letters = Array.from(text);
  if (letters.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${letters.slice(0, half).join('')}…${letters.slice(-half).join('')}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes a text for XML, without characters that XML 1.0 does not allow. */
export function escaped(text: string): string {
  return printable(text)
    .replace(/\p{Cs}|[\uFFFE\uFFFF]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
