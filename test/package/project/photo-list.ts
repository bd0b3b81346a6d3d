import { readFile } from 'node:fs/promises';
import { datasets, defineDataset, z } from 'fulgur';

/** Photos that a text file lists: a path and, behind a comma, a label that may be missing. */
export const photoList = defineDataset({
  module: __filename,
  export: 'photoList',
  options: z.strictObject({ csv: z.string() }),
  async open({ csv }, { maxImagePixels }) {
    const rows = (await readFile(csv, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const classNames = [...new Set(rows.flatMap(([, label]) => (label === undefined ? [] : [label])))].sort();
    const pathOf = (index: number): string => rows[index]?.[0] ?? '';
    return {
      length: rows.length,
      classNames,
      label(index) {
        const label = rows[index]?.[1];
        return label === undefined ? null : classNames.indexOf(label);
      },
      sampleName: pathOf,
      read: (index) => datasets.readImage(pathOf(index), { maxImagePixels }),
    };
  },
});
