import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from '../../../src/data';
import { cifar10 } from '../../../src/data/datasets/cifar/cifar10';
import { openCifar } from '../../../src/data/datasets/cifar/open-cifar';
import { fileMd5 } from '../../../src/data/datasets/download/file-md5';
import { claimPartial } from '../../../src/data/datasets/download/partial-file';
import { allFiles, archiveOf, cifarFile } from './helpers/cifar-files';

const { archiveName } = cifar10;
const trainFiles = allFiles.slice(0, 5);
let folder: string;
const at = (...parts: readonly string[]): string => join(folder, ...parts);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-odd-'));
});
afterEach(() => rm(folder, { recursive: true }));

const oddities: readonly (readonly [string, (path: string) => Promise<unknown>, string])[] = [
  ['a pipe', async (path) => execFileSync('mkfifo', [path]), 'it is a pipe, not a regular file'],
  ['an endless device', (path) => symlink('/dev/zero', path), 'it is a device, not a regular file'],
  [
    'a sparse file of 20 GB',
    (path) => writeFile(path, '').then(() => truncate(path, 20e9)),
    'it has 20 GB, but at most ',
  ],
];

describe('what is read as data is a regular file of a bounded size', () => {
  it.each(oddities)('an image that is %s', async (_, make, reason) => {
    await mkdir(at('a'));
    await make(at('a', '1.png'));
    const dataset = await datasets.open('folder', { path: folder, split: 'all' });
    await expect(dataset.read(0)).rejects.toMatchObject({
      name: 'BrokenImageError',
      message: expect.stringContaining(`The image ${folder}/a/1.png cannot be read: ${reason}`) as string,
    });
  });

  it.each(oddities)("a file of CIFAR-10's that is %s", async (_, make, reason) => {
    for (const [index, name] of trainFiles.entries()) {
      if (index === 2) await make(at(name));
      else await writeFile(at(name), cifarFile(index));
    }
    const archive = archiveOf(Buffer.alloc(0), 'http://unused.invalid/');
    await expect(openCifar({ split: 'train', path: folder, cache: at('cache'), archive })).rejects.toThrow(
      `${at(trainFiles[2] ?? '')} is not a file of CIFAR-10's binary version: ${reason}`,
    );
  });

  it.each(oddities)('an archive that is %s', async (_, make, reason) => {
    await make(at(archiveName));
    const archive = archiveOf(Buffer.alloc(0), 'http://unused.invalid/');
    await expect(openCifar({ split: 'train', path: folder, cache: at('cache'), archive })).rejects.toThrow(
      `The archive ${at(archiveName)} cannot be read: ${reason}`,
    );
  });

  it.each(oddities.slice(0, 2))('except what a dead process left of a download: %s', async (_, make) => {
    // No process has this number.
    const owned = (await claimPartial(at('file'))).replace(String(process.pid), '4194305');
    await make(owned);
    const partial = await claimPartial(at('file'));
    await expect(fileMd5(partial)).rejects.toThrow('ENOENT');
  });
});
