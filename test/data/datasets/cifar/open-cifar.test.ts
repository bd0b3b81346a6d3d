import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageDataset, Split } from '../../../../src/data';
import { cifar100 } from '../../../../src/data/datasets/cifar/cifar100';
import type { CifarOptions } from '../../../../src/data/datasets/cifar/open-cifar';
import { openCifar } from '../../../../src/data/datasets/cifar/open-cifar';
import type { PackedDataset } from '../../../../src/data/datasets/packed-dataset';
import { ArchiveServer } from '../helpers/archive-server';
import type { TarEntry } from '../helpers/cifar-files';
import {
  allFiles,
  archiveOf,
  cifar100Entries,
  cifarByte,
  cifarEntries,
  cifarFile,
  recordsPerFile,
  tarball,
} from '../helpers/cifar-files';

let folder: string;
let cache: string;
let archive: Buffer;

beforeAll(async () => {
  archive = await tarball(cifarEntries());
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-cifar-'));
  cache = join(folder, 'cache');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function withServer<T>(
  content: Buffer,
  use: (url: string, server: ArchiveServer) => Promise<T>,
): Promise<T> {
  const server = new ArchiveServer(content);
  const url = await server.listen();
  try {
    return await use(url, server);
  } finally {
    await server.close();
  }
}

function openAt(path: string, split: Split, options: Partial<CifarOptions> = {}): Promise<ImageDataset> {
  return openCifar({ split, path, cache, archive: archiveOf(archive, 'http://unused.invalid/'), ...options });
}

async function putFiles(place: string, names: readonly string[]): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const name of names) await writeFile(join(place, name), cifarFile(allFiles.indexOf(name)));
}

describe('openCifar', () => {
  it('downloads, checks and unpacks the archive once', async () => {
    await withServer(archive, async (url, server) => {
      const options = { split: 'train', cache, archive: archiveOf(archive, url) } as const;
      const train = await openCifar(options);
      expect(train.length).toBe(5 * recordsPerFile);
      expect((await openCifar({ ...options, split: 'test' })).length).toBe(recordsPerFile);
      expect(server.ranges).toHaveLength(1);
      expect(await readdir(join(cache, 'cifar10'))).toEqual(['cifar-10-batches-bin']);
    });
  });

  it('turns planes into RGB pixels and keeps the order of files and records', async () => {
    await putFiles(folder, allFiles);
    const dataset = (await openAt(folder, 'all')) as PackedDataset;
    expect(dataset.label(7)).toBe(3);
    const { data } = dataset.read(7);
    const place = 5 * 32 + 9;
    expect([...data.subarray(place * 3, place * 3 + 3)]).toEqual(
      [0, 1, 2].map((channel) => cifarByte(2, 1, channel * 1024 + place)),
    );
    expect(dataset.classNames[3]).toBe('cat');
  });

  it('reads the files of a split alone, from a folder or one folder below', async () => {
    await putFiles(join(folder, 'cifar-10-batches-bin'), ['test_batch.bin']);
    expect((await openAt(folder, 'test')).length).toBe(recordsPerFile);
    await expect(openAt(folder, 'train')).rejects.toThrow(
      `CIFAR-10 is not in ${folder}. ` +
        'It lacks data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, data_batch_5.bin. ' +
        'Set --data.path to cifar-10-binary.tar.gz, or a folder with it or with its .bin files.',
    );
  });

  it('reads the archive where the user put it', async () => {
    await writeFile(join(folder, 'cifar-10-binary.tar.gz'), archive);
    expect((await openAt(folder, 'train')).length).toBe(5 * recordsPerFile);
    const renamed = join(folder, 'renamed.tgz');
    await writeFile(renamed, archive);
    expect((await openAt(renamed, 'test')).length).toBe(recordsPerFile);
    await writeFile(renamed, 'something else');
    await expect(openAt(renamed, 'test')).rejects.toThrow(
      /^The archive .*renamed\.tgz has MD5 [0-9a-f]{32} instead of [0-9a-f]{32}\. It is damaged, or it is not the binary version of CIFAR-10\. Download cifar-10-binary\.tar\.gz again\.$/,
    );
  });

  it('distinguishes the Python version from the binary one', async () => {
    await mkdir(join(folder, 'cifar-10-batches-py'));
    await expect(openAt(folder, 'test')).rejects.toThrow(
      `CIFAR-10 is not in ${folder}. It contains the Python version; Fulgur reads the binary version. ` +
        'Set --data.path to cifar-10-binary.tar.gz, or a folder with it or with its .bin files.',
    );
    await expect(openAt(join(folder, 'none'), 'test')).rejects.toThrow(
      `CIFAR-10 is not in ${folder}/none. The path does not exist or cannot be read. ` +
        'Set --data.path to cifar-10-binary.tar.gz, or a folder with it or with its .bin files.',
    );
  });

  it('names a file of the wrong size, and a record of an unknown class', async () => {
    const path = join(folder, 'test_batch.bin');
    const fix = 'Delete it and unpack or download the archive again.';
    await writeFile(path, cifarFile(5).subarray(1));
    await expect(openAt(folder, 'test')).rejects.toThrow(
      `${path} is not a file of CIFAR-10's binary version: it has 9218 bytes instead of 9219. ${fix}`,
    );
    const bytes = cifarFile(5);
    bytes[3073] = 10;
    await writeFile(path, bytes);
    await expect(openAt(folder, 'test')).rejects.toThrow(
      `${path} is not a file of CIFAR-10's binary version: its record 1 has class 10. ${fix}`,
    );
  });

  it('names the three alternatives if it is neither on disk nor reachable', async () => {
    const url = await withServer(archive, (address) => Promise.resolve(address));
    const source = archiveOf(archive, url);
    const { host } = new URL(url);
    const message = (why: string): string =>
      `CIFAR-10 is not in ${cache}/cifar10 and was not downloaded. ${why} ` +
      'Put cifar-10-binary.tar.gz or its .bin files into a folder and pass --data.path FOLDER, ' +
      'pass the address of a mirror with --data.url URL, or train on the embedded digits with --data.name digits.';
    await expect(openCifar({ split: 'train', cache, archive: source })).rejects.toMatchObject({
      name: 'DatasetUnavailableError',
      message: message(`${url} cannot be reached: connect ECONNREFUSED ${host}.`),
    });
    await expect(
      openCifar({ split: 'train', cache, archive: source, download: false }),
    ).rejects.toMatchObject({
      name: 'DatasetUnavailableError',
      message: message('Downloads are turned off.'),
    });
  });

  it('names the three alternatives if the cache cannot store it', async () => {
    await writeFile(cache, 'a file in the way');
    await withServer(archive, async (url) => {
      await expect(
        openCifar({ split: 'train', cache, archive: archiveOf(archive, url) }),
      ).rejects.toMatchObject({
        name: 'DatasetUnavailableError',
        message:
          `CIFAR-10 is not in ${cache}/cifar10 and was not downloaded. ` +
          `It cannot be stored there: ENOTDIR: not a directory, mkdir '${cache}/cifar10'. ` +
          'Put cifar-10-binary.tar.gz or its .bin files into a folder and pass --data.path FOLDER, ' +
          'pass the address of a mirror with --data.url URL, or train on the embedded digits with --data.name digits.',
      });
    });
  });

  it('downloads again what is damaged in its own cache', async () => {
    await withServer(archive, async (url) => {
      const home = join(cache, 'cifar10');
      await putFiles(join(home, 'cifar-10-batches-bin'), ['test_batch.bin']);
      await writeFile(join(home, 'cifar-10-binary.tar.gz'), 'half');
      const messages: string[] = [];
      const dataset = await openCifar({
        split: 'train',
        cache,
        archive: archiveOf(archive, url),
        onMessage: (_level, text) => void messages.push(text),
      });
      expect(dataset.length).toBe(15);
      expect(messages[0]).toBe(`${home}/cifar-10-binary.tar.gz is damaged and is downloaded again.`);
    });
  });

  it.each<[string, TarEntry[], string]>([
    [
      'a path upwards',
      [[{ name: 'cifar-10-batches-bin/../../evil.bin' }, Buffer.from('x')]],
      'its entry "cifar-10-batches-bin/../../evil.bin" does not belong to CIFAR-10',
    ],
    [
      'an absolute path',
      [[{ name: '/tmp/evil.bin' }, Buffer.from('x')]],
      'its entry "/tmp/evil.bin" does not belong to CIFAR-10',
    ],
    [
      'a symbolic link',
      [[{ name: 'cifar-10-batches-bin/test_batch.bin', type: 'symlink', linkname: '/etc/passwd' }]],
      'its entry "cifar-10-batches-bin/test_batch.bin" is a symlink',
    ],
    [
      'a hard link',
      [[{ name: 'cifar-10-batches-bin/test_batch.bin', type: 'link', linkname: '/etc/passwd' }]],
      'its entry "cifar-10-batches-bin/test_batch.bin" is a link',
    ],
    [
      'a file that is too large',
      [[{ name: 'cifar-10-batches-bin/readme.html' }, Buffer.alloc(70_000)]],
      'its entry "cifar-10-batches-bin/readme.html" has 70000 bytes',
    ],
    [
      'another size',
      [[{ name: 'cifar-10-batches-bin/test_batch.bin' }, Buffer.alloc(3073)]],
      'its entry "cifar-10-batches-bin/test_batch.bin" has 3073 bytes',
    ],
    [
      'a file twice',
      [...cifarEntries(), ...cifarEntries().slice(1, 2)],
      'it contains data_batch_1.bin twice',
    ],
    ['too few files', cifarEntries().slice(0, 6), 'it lacks test_batch.bin'],
  ])('rejects an archive with %s', async (_name, entries, reason) => {
    const hostile = await tarball(entries);
    const path = join(folder, 'x.tar.gz');
    await writeFile(path, hostile);
    await expect(openAt(path, 'test', { archive: archiveOf(hostile, '') })).rejects.toThrow(
      `The archive ${path} is not CIFAR-10's binary version: ${reason}. Delete it and download it again.`,
    );
    expect(await readdir(join(cache, 'cifar10'))).toEqual([]);
  });

  it('rejects a truncated archive', async () => {
    const cut = archive.subarray(0, archive.length - 3000);
    const path = join(folder, 'x.tar.gz');
    await writeFile(path, cut);
    await expect(openAt(path, 'test', { archive: archiveOf(cut, '') })).rejects.toThrow(
      `The archive ${path} is not CIFAR-10's binary version: unexpected end of file. Delete it and download it again.`,
    );
    expect(await readFile(path)).toEqual(cut);
  });

  it('reads CIFAR-100 by its fine labels, downloaded once', async () => {
    const content = await tarball(cifar100Entries());
    await withServer(content, async (url, server) => {
      const options = { cache, archive: archiveOf(content, url, cifar100) };
      const train = (await openCifar({ ...options, split: 'train' })) as PackedDataset;
      const test = await openCifar({ ...options, split: 'test' });
      expect([train.name, train.length, test.length, server.ranges.length]).toEqual(['cifar100', 3, 3, 1]);
      expect([train.label(1), test.label(2)]).toEqual([91, 95]);
      expect(train.classNames[91]).toBe('trout');
      const place = 5 * 32 + 9;
      expect([...train.read(1).data.subarray(place * 3, place * 3 + 3)]).toEqual(
        [0, 1, 2].map((channel) => cifarByte(0, 1, channel * 1024 + place)),
      );
    });
  });

  it('reports the same about CIFAR-100 as about CIFAR-10', async () => {
    const archived = archiveOf(archive, 'http://unused.invalid/', cifar100);
    await mkdir(join(folder, 'cifar-100-python'));
    await expect(openAt(folder, 'test', { archive: archived })).rejects.toThrow(
      `CIFAR-100 is not in ${folder}. It contains the Python version; Fulgur reads the binary version. ` +
        'Set --data.path to cifar-100-binary.tar.gz, or a folder with it or with its .bin files.',
    );
    // The archive of CIFAR-10.
    const path = join(folder, 'x.tar.gz');
    await writeFile(path, archive);
    await expect(openAt(path, 'test', { archive: archived })).rejects.toThrow(
      `The archive ${path} is not CIFAR-100's binary version: its entry "cifar-10-batches-bin/" is a directory. ` +
        'Delete it and download it again.',
    );
  });

  it('knows the official archives: names of classes, files and their sizes', () => {
    const { classNames, files } = cifar100;
    expect([classNames.length, classNames[0], classNames[47], classNames[99]]).toEqual([
      100,
      'apple',
      'maple_tree',
      'worm',
    ]);
    expect(files.map(({ name, records }) => [name, records])).toEqual([
      ['train.bin', 50_000],
      ['test.bin', 10_000],
    ]);
  });
});
