import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeImage } from '../../src/data/decoding';
import { largestImage } from '../../src/data/decoding/image-size';
import { damaged, pick } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

const corpusFile = join(__dirname, '../../test/data/decoding/data/pillow-corpus.json');
let files: readonly Buffer[] | null = null;

/** Damaged files of the corpus, or the header of one file before the rest of another. */
export const images: Group = {
  name: 'images',
  limit: 15_000,
  async run(draw) {
    files ??= readCorpus();
    const file = pick(draw, files);
    const at = draw.below(64);
    const bytes = draw.chance(0.1)
      ? Buffer.concat([file.subarray(0, at), pick(draw, files).subarray(at)])
      : damaged(draw, file);
    try {
      const { width, height, data } = await decodeImage(bytes);
      if (width * height > largestImage) return defect(`an image of ${width} x ${height} was read`);
      return data.length === 3 * width * height
        ? accepted
        : defect(`${width} x ${height} pixels have ${data.length} bytes`);
    } catch (error) {
      return refusalOf(error, ['Error']);
    }
  },
};

function readCorpus(): Buffer[] {
  const { images: entries } = JSON.parse(readFileSync(corpusFile, 'utf8')) as { images: { file: string }[] };
  return entries.map(({ file }) => Buffer.from(file, 'base64'));
}
