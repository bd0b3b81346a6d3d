import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { npyBytes, zipOf } from '../../datasets/helpers/array-files';
import { shardOf, tinyImage } from '../../datasets/helpers/tar-files';

/** Images of the data sets below, 2 x 2 pixels each. */
export const IMAGES = 22;

/** Makes the same images as each kind of data set that lies on disk: what `data.path` then is. */
export const madeOf: Readonly<
  Record<'folder' | 'list' | 'packed' | 'shards', (folder: string) => Promise<string>>
> = {
  folder: async (folder) => {
    for (let index = 0; index < IMAGES; index++)
      await image(join(folder, 'photos', String(index % 3)), index);
    return join(folder, 'photos');
  },
  list: async (folder) => {
    const lines = await Promise.all(
      Array.from({ length: IMAGES }, async (_, index) => {
        const name = await image(join(folder, 'listed', 'in'), index);
        return `in/${name},${index % 4 === 0 ? '' : `class ${index % 3}`}`;
      }),
    );
    await writeFile(join(folder, 'listed', 'list.csv'), `path,label\n${lines.join('\n')}\n`);
    return join(folder, 'listed', 'list.csv');
  },
  packed: async (folder) => {
    const pixels = Uint8Array.from(
      { length: IMAGES * 12 },
      (_, at) => (at * 7 + (crc32(String(at)) % 31)) % 251,
    );
    const images = npyBytes({ shape: [IMAGES, 2, 2, 3] }, pixels);
    const labels = npyBytes(
      { descr: '|i1', shape: [IMAGES] },
      Uint8Array.from({ length: IMAGES }, (_, at) => (at % 4 === 0 ? 255 : at % 3)),
    );
    await writeFile(
      join(folder, 'a.npz'),
      zipOf([
        { name: 'images.npy', content: images, deflated: true },
        { name: 'labels.npy', content: labels },
      ]),
    );
    return join(folder, 'a.npz');
  },
  shards: async (folder) => {
    await mkdir(join(folder, 'shards'));
    for (const shard of [0, 1]) {
      await writeFile(join(folder, 'shards', `${shard}.tar`), await shardOf(shard * 11, 11));
    }
    return join(folder, 'shards', '{0,1}.tar');
  },
};

async function image(folder: string, index: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${index}.ppm`), tinyImage(index * 5));
  return `${index}.ppm`;
}
