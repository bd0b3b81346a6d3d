import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from '../../../src/data';
import { identityOf } from '../../../src/data/datasets';
import { recordBytes } from '../../../src/data/datasets/cifar/archive';
import { cifar10 } from '../../../src/data/datasets/cifar/cifar10';
import { readRecords } from '../../../src/data/datasets/cifar/read-records';
import type { ImageDataset, Split } from '../../../src/data/datasets';
import { PackedDataset } from '../../../src/data/datasets/packed-dataset';

let root: string;
beforeEach(() => {
  root = join(mkdtempSync(join(tmpdir(), 'fulgur-identity-')), 'images');
  for (const [name, count] of [
    ['cats', 4],
    ['dogs', 5],
  ] as const) {
    mkdirSync(join(root, name), { recursive: true });
    // Files are not opened: their content does not matter.
    for (let i = 0; i < count; i++) writeFileSync(join(root, name, `${i}.png`), '');
  }
});
afterEach(() => rmSync(join(root, '..'), { recursive: true }));

async function ofFolder(path = root) {
  return identityOf(await datasets.open('folder', { path }));
}

/** As recorded by version 0.1, before data sets had names for their samples. */
const recorded: Readonly<Record<string, readonly [train: string, test: string, all: string]>> = {
  digits: ['2fe28e3ca3bba709', 'd1cf2641472e3436', '52ff2c58d090bc1b'],
  cifar10: ['14721d7a8de511e2', '714f919ef74db080', '663414024c8f35db'],
  classes: ['aba6256d295d85b6', '3cda0d325c3b0040', '3affd050931290da'],
  splits: ['b835bdfaac84adb8', 'a45919290a2e3938', 'c3f1d28fbc98ef2a'],
};

/** A folder with these files, of which none is opened. */
function folderOf(name: string, files: readonly string[]): string {
  const folder = join(root, '..', name);
  for (const file of files) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

const fewRecords = { ...cifar10, files: cifar10.files.map((file) => ({ ...file, records: 4 })) };

/** Six files of CIFAR-10 with four records each. */
function cifarFolder(): string {
  const folder = folderOf(
    'cifar',
    cifar10.files.map(({ name }) => name),
  );
  const stride = recordBytes(cifar10);
  cifar10.files.forEach(({ name }, number) => {
    const bytes = Uint8Array.from({ length: 4 * stride }, (_, at) =>
      at % stride === 0 ? (at / stride + number) % 10 : (at * 7 + number) % 251,
    );
    writeFileSync(join(folder, name), bytes);
  });
  return folder;
}

describe("a data set's identity", () => {
  it.each<[string, (split: Split) => Promise<ImageDataset>]>([
    ['digits', (split) => datasets.open('digits', { split })],
    ['cifar10', (split) => readRecords(cifarFolder(), split, fewRecords)],
    [
      'classes',
      (split) => {
        const dogs = [0, 1, 2, 3].map((number) => `dogs/ä${number}.png`);
        const cats = [0, 1, 2, 3].map((number) => `cats/${number}.png`);
        const path = folderOf('classes', [...cats, ...dogs, 'dogs/4.png']);
        return datasets.open('folder', { path, split });
      },
    ],
    [
      'splits',
      (split) => {
        const path = folderOf('splits', ['train/a/1.jpg', 'train/b/1.jpg', 'test/a/1.jpg', 'test/b/1.jpg']);
        return datasets.open('folder', { path, split });
      },
    ],
  ])('of %s is the one that older checkpoints have recorded', async (name, open) => {
    const found = [];
    for (const split of ['train', 'test', 'all'] as const)
      found.push(identityOf(await open(split)).fingerprint);
    expect(found).toEqual(recorded[name]);
  });

  it('is the same each time, wherever a folder is', async () => {
    const before = await ofFolder();
    expect(before).toMatchObject({ name: 'folder', classes: 2 });
    expect(await ofFolder()).toEqual(before);
    const moved = join(root, '..', 'elsewhere');
    cpSync(root, moved, { recursive: true });
    expect(await ofFolder(moved)).toEqual(before);
  });

  it.each<[string, () => void]>([
    ['an image is added', () => writeFileSync(join(root, 'cats', 'new.png'), '')],
    ['an image is removed', () => rmSync(join(root, 'dogs', '1.png'))],
    ['an image has another name', () => renameSync(join(root, 'cats', '0.png'), join(root, 'cats', 'x.png'))],
    [
      'an image is in another class',
      () => renameSync(join(root, 'cats', '0.png'), join(root, 'dogs', '00.png')),
    ],
    ['a class has another name', () => renameSync(join(root, 'cats'), join(root, 'birds'))],
  ])('is another one when %s', async (_, change) => {
    const before = await ofFolder();
    change();
    expect((await ofFolder()).fingerprint).not.toBe(before.fingerprint);
  });

  it('of images in memory depends on pixels, labels and order', () => {
    const spec = {
      ...({ kind: 'packed', name: 'p', split: 'train', origin: 'here', classNames: ['a', 'b'] } as const),
      ...{ height: 1, width: 1, pixels: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint8Array.of(0, 1) },
    };
    const of = (changes: Partial<PackedDataset['spec']>) =>
      identityOf(new PackedDataset({ ...spec, ...changes })).fingerprint;
    const all = [
      of({}),
      of({ labels: Uint8Array.of(1, 0) }),
      of({ pixels: Uint8Array.of(4, 5, 6, 1, 2, 3) }),
      of({ pixels: Uint8Array.of(1, 2, 3), labels: Uint8Array.of(0) }),
    ];
    expect(new Set(all).size).toBe(4);
    expect(of({ origin: 'there' })).toBe(of({}));
  });
});
