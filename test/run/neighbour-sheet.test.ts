import sharp from 'sharp';
import { jpegThumbnail } from '../../src/data';
import type { GalleryQuery } from '../../src/run/neighbour-gallery';
import { neighbourSheet } from '../../src/run/neighbour-sheet';

/** Queries of a name, with so many neighbours of the same name; without pictures. */
function queriesOf(count: number, neighbours: number, name: string): GalleryQuery[] {
  const near = { name, similarity: 0.5, className: name, thumbnail: null };
  return Array.from({ length: count }, () => ({
    name,
    thumbnail,
    neighbours: Array.from({ length: neighbours }, () => near),
  }));
}

let thumbnail: GalleryQuery['thumbnail'];

beforeAll(async () => {
  thumbnail = await jpegThumbnail({ width: 2, height: 1, channels: 3, data: new Uint8Array(6) }, 224);
});

describe('neighbourSheet', () => {
  it.each([
    'a\u0000b',
    '\u001b[31m',
    'a\uffffb',
    'a\ud800b',
    '<script>&"\']]>',
    'line\nline',
    '🎉'.repeat(40),
  ])('draws images called %j', async (name) => {
    const sheet = await neighbourSheet(queriesOf(1, 2, name));
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 992, height: 424 });
  });

  it('draws 20 of many queries with 20 of many neighbours', async () => {
    const sheet = await neighbourSheet(queriesOf(90, 120, 'a.jpg'));
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 2 * 3376, height: 2 * 3936 });
  });

  it('draws a query without neighbours', async () => {
    const sheet = await neighbourSheet(queriesOf(1, 0, 'a.jpg'));
    expect(await sharp(sheet).metadata()).toMatchObject({ width: 352, height: 424 });
  });
});
