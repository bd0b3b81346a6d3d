import { chartFont, chartTheme, escapeHtml, pngOfSvg } from '../charts';
import type { Thumbnail } from '../data';
import type { GalleryQuery } from './neighbour-gallery';

/** In pixels. */
const [SIDE, GAP, LINE] = [144, 16, 18];
/** Characters of a caption that fit below a picture. */
const CAPTION_LENGTH = 19;
/** Queries and neighbours in one picture: librsvg draws at most 32,767 pixels, and a page has room for all of them. */
const [MOST_ROWS, MOST_NEIGHBOURS] = [20, 20];
/** The characters that XML allows; names of files may contain others. */
const isXml = /[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Draws queries with their neighbours as a PNG, one row per query, the query first and then the nearest images with their
 * similarities: at most 20 queries with 20 neighbours each.
 */
export async function neighbourSheet(found: readonly GalleryQuery[]): Promise<Buffer> {
  const queries = found
    .slice(0, MOST_ROWS)
    .map((query) => ({ ...query, neighbours: query.neighbours.slice(0, MOST_NEIGHBOURS) }));
  const columns = 1 + Math.max(...queries.map(({ neighbours }) => neighbours.length));
  const [width, height] = [columns * (SIDE + GAP) + GAP, queries.length * (SIDE + GAP + 2 * LINE) + GAP];
  const { background, text } = chartTheme('light');
  const cells = queries.flatMap(({ name, thumbnail, neighbours }, row) => [
    cell(thumbnail, [shortened(name), 'query'], 0, row),
    ...neighbours.map((near, i) => {
      const said = near.className === null ? '' : ` (${near.className})`;
      return cell(
        near.thumbnail,
        [shortened(near.name), shortened(`${near.similarity.toFixed(4)}${said}`)],
        i + 1,
        row,
      );
    }),
  ]);
  return pngOfSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${escapeHtml(chartFont)}" font-size="12" fill="${text}">` +
      `<rect width="100%" height="100%" fill="${background}"/>${cells.join('')}</svg>`,
  );
}

function cell(
  picture: Thumbnail | null,
  captions: readonly [string, string],
  column: number,
  row: number,
): string {
  const [left, top] = [GAP + column * (SIDE + GAP), GAP + row * (SIDE + GAP + 2 * LINE)];
  const image =
    picture === null
      ? `<rect x="${left}" y="${top}" width="${SIDE}" height="${SIDE}" fill="${chartTheme('light').surface}"/>`
      : `<image x="${left}" y="${top}" width="${SIDE}" height="${SIDE}" href="${picture.address}"/>`;
  const lines = captions.map(
    (caption, line) =>
      `<text x="${left}" y="${top + SIDE + (line + 1) * LINE - 4}">${escapeHtml(caption)}</text>`,
  );
  return image + lines.join('');
}

/** The end of a long name, which distinguishes files better than its start. */
function shortened(text: string): string {
  const letters = Array.from(text, (letter) => (isXml.test(letter) ? letter : '\ufffd'));
  return letters.length <= CAPTION_LENGTH
    ? letters.join('')
    : `…${letters.slice(1 - CAPTION_LENGTH).join('')}`;
}
