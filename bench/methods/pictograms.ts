import { readFile } from 'node:fs/promises';
import { defineDataset } from '../../src';
import { artists, makePictograms, pictureBytes, pictureFiles, pictureSide } from './make-pictograms';
import type { Emoji } from './make-pictograms';

const trainArtists = artists.length - 1;

/** Number of emoji: sample i of any split shows emoji i modulo this number. */
export const emojiCount = 1852;

/** Number of rows of the train split by the first artist, google, which come first. */
export const galleryRows = emojiCount;

/**
 * Emoji drawn by four artists, 32 × 32 on white: google's, facebook's and apple's 5,556 pictures for training,
 * twitter's 1,852 for evaluation. The class is one of nine categories. The pictures are downloaded through npm when
 * they are first requested.
 */
export const pictograms = defineDataset({
  export: 'pictograms',
  hasTestSplit: true,
  async open(_, { split }) {
    await makePictograms();
    const files = pictureFiles();
    const emoji = JSON.parse(await readFile(files.emoji, 'utf8')) as Emoji[];
    const pixels = await readFile(files.pixels);
    const classNames = [...new Set(emoji.map(({ category }) => category))].sort();
    const labels = emoji.map(({ category }) => classNames.indexOf(category));
    const first = split === 'test' ? trainArtists * emoji.length : 0;
    const end = (split === 'train' ? trainArtists : artists.length) * emoji.length;
    return {
      length: end - first,
      classNames,
      label: (index) => labels[index % emoji.length] ?? null,
      sampleName: (index) => {
        const picture = first + index;
        const artist = artists[Math.floor(picture / emoji.length)] ?? '';
        return `${artist}/${emoji[picture % emoji.length]?.name ?? ''}`;
      },
      read: (index) => {
        const from = (first + index) * pictureBytes;
        return { width: pictureSide, height: pictureSide, data: pixels.subarray(from, from + pictureBytes) };
      },
    };
  },
});
