/** Photos of a list, one per line: the file, and after a comma its class, if known. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { datasets, defineDataset, z } from '../../../src';

export const photoList = defineDataset({
  export: 'photoList',
  options: z.strictObject({ csv: z.string() }),
  async open({ csv }, { path, maxImagePixels }) {
    const list = path ?? csv;
    const lines = (await readFile(list, 'utf8')).trim().split('\n');
    const photos = lines.map((line) => {
      const [file = '', label = ''] = line.split(',');
      return { file, label };
    });
    const classNames = [...new Set(photos.map(({ label }) => label).filter((label) => label !== ''))].sort();
    const photo = (index: number) => photos[index] ?? { file: '', label: '' };
    return {
      length: photos.length,
      classNames,
      label: (index) => (photo(index).label === '' ? null : classNames.indexOf(photo(index).label)),
      sampleName: (index) => photo(index).file,
      read: (index) => datasets.readImage(join(dirname(list), photo(index).file), { maxImagePixels }),
    };
  },
});
