import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reopenDataset } from '../../../../src/data/datasets/dataset-spec';
import { nameOfBytes, readableName } from '../../../../src/data/datasets/folder/file-name';
import { openFolder } from '../../../../src/data/datasets/folder/open-folder';
import type { ImageDataset } from '../../../../src/data/datasets';
import reference from './data/pillow-images.json';
import order from './data/torchvision-order.json';

const jpeg = Buffer.from(reference.images[0]!.file, 'base64');
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fulgur-folder-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), jpeg);
  }
}

/** The sentences that opening a folder says, without its place. */
async function saidOf(split: 'train' | 'test' | 'all' = 'all'): Promise<string[]> {
  const said: string[] = [];
  await openFolder(root, split, {
    onMessage: (level, text) => void said.push(`${level}: ${text.replaceAll(root, 'ROOT')}`),
  });
  return said;
}

/** Why a folder cannot be opened, without its place. */
async function refusal(): Promise<string> {
  return openFolder(root, 'train').then(
    () => 'nothing',
    (error: unknown) => (error as Error).message.replaceAll(root, 'ROOT'),
  );
}

function contents(dataset: ImageDataset): [path: string, className: string | undefined][] {
  return Array.from({ length: dataset.length }, (_, index) => [
    dataset.describe(index).slice(root.length + 1),
    dataset.classNames[dataset.label(index) ?? -1],
  ]);
}

describe('openFolder', () => {
  it('makes classes of the top folders, with images at any depth, sorted', async () => {
    await put('dog/b.JPG', 'dog/a.png', 'cat/deep/er/c.tiff', 'cat/x.webp', 'cat/y.bmp');
    await put('cat/notes.txt', 'cat/._x.jpg', '.hidden/z.jpg', 'stray.jpg');
    const dataset = await openFolder(root, 'all');
    expect(contents(dataset)).toEqual([
      ['cat/x.webp', 'cat'],
      ['cat/y.bmp', 'cat'],
      ['cat/deep/er/c.tiff', 'cat'],
      ['dog/a.png', 'dog'],
      ['dog/b.JPG', 'dog'],
    ]);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
  });

  it('holds out the same tenth of every class each time it is opened', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${String(index).padStart(2, '0')}.jpg`);
    await put(...names.flatMap((name) => [`a/${name}`, `b/${name}`]), 'c/0.jpg', 'c/1.jpg');
    const test = contents(await openFolder(root, 'test'));
    const train = contents(await openFolder(root, 'train'));
    expect(test.map(([, name]) => name)).toEqual(['a', 'a', 'b', 'b', 'c']);
    expect([...train, ...test].sort()).toEqual(contents(await openFolder(root, 'all')).sort());
    expect(contents(await openFolder(root, 'test'))).toEqual(test);
  });

  it('uses the folders train and val as the splits, with the classes of both', async () => {
    await put('train/a/0.jpg', 'train/c/0.jpg', 'val/b/0.jpg', 'val/c/1.jpg');
    const train = await openFolder(root, 'train');
    expect(contents(train)).toEqual([
      ['train/a/0.jpg', 'a'],
      ['train/c/0.jpg', 'c'],
    ]);
    expect(contents(await openFolder(root, 'test'))).toEqual([
      ['val/b/0.jpg', 'b'],
      ['val/c/1.jpg', 'c'],
    ]);
    expect(train.classNames).toEqual(['a', 'b', 'c']);
    expect((await openFolder(root, 'all')).length).toBe(4);
  });

  it('looks for the classes in a folder train that has no counterpart', async () => {
    await put('train/a/0.jpg', 'train/a/1.jpg', 'train/b/0.jpg');
    const all = await openFolder(root, 'all');
    expect(contents(all)).toEqual([
      ['train/a/0.jpg', 'a'],
      ['train/a/1.jpg', 'a'],
      ['train/b/0.jpg', 'b'],
    ]);
    expect([(await openFolder(root, 'train')).length, (await openFolder(root, 'test')).length]).toEqual([
      2, 1,
    ]);
    await rm(join(root, 'train'), { recursive: true });
    await put('train/0.jpg');
    expect((await openFolder(root, 'all')).classNames).toEqual(['train']);
  });

  it('follows links once, and never round in circles', async () => {
    await put('a/0.jpg', 'a/sub/1.jpg', 'b/2.jpg');
    await symlink('..', join(root, 'a', 'sub', 'up'));
    await symlink(root, join(root, 'a', 'top'));
    await symlink(join(root, 'b'), join(root, 'linked'));
    expect(contents(await openFolder(root, 'all')).map(([path]) => path)).toEqual([
      'a/0.jpg',
      'a/sub/1.jpg',
      'b/2.jpg',
      'linked/2.jpg',
    ]);
  });

  it('opens again from a clone of its spec, as threads do', async () => {
    await put('ä b/0.jpg', 'ö/1.jpg');
    const dataset = await openFolder(root, 'all');
    const again = await reopenDataset(structuredClone(dataset.spec));
    expect(contents(again)).toEqual(contents(dataset));
    expect((await again.read(1)).width).toBe(reference.images[0]!.width);
  });

  it('names an image that cannot be read', async () => {
    await put('a/0.jpg');
    await writeFile(join(root, 'a/1.jpg'), 'no image');
    await symlink('nowhere', join(root, 'a/2.jpg'));
    const dataset = await openFolder(root, 'all');
    const rule = 'Repair or remove the file, or skip such images with --data.onBrokenImage skip.';
    await expect(dataset.read(1)).rejects.toThrow(
      `The image ${root}/a/1.jpg cannot be read: its contents are not a JPEG, PNG, WebP, GIF, BMP, TIFF or PNM image. ${rule}`,
    );
    await expect(dataset.read(2)).rejects.toThrow(
      `The image ${root}/a/2.jpg cannot be read: ENOENT: no such file or directory, open '${root}/a/2.jpg'. ${rule}`,
    );
  });

  it('explains what to do about a folder that does not exist', async () => {
    await expect(openFolder(join(root, 'none'), 'all')).rejects.toThrow(
      `The folder of images ${root}/none cannot be opened. ` +
        `The system reports: ENOENT: no such file or directory, stat '${root}/none'. ` +
        'Pass an existing folder with --data.path.',
    );
  });

  it('reads images side by side without class folders as images without classes', async () => {
    await put('b.jpg', 'a.png', '.hidden.jpg', 'notes.txt');
    for (const split of ['train', 'all'] as const) {
      const dataset = await openFolder(root, split);
      expect(contents(dataset)).toEqual([
        ['a.png', undefined],
        ['b.jpg', undefined],
      ]);
      expect([dataset.classNames, dataset.hasTestSplit, dataset.label(0)]).toEqual([[], false, null]);
      expect(dataset.sampleName(1)).toBe('b.jpg');
    }
    expect(await saidOf()).toEqual([
      'warning: Left out of ROOT: 1 image with a dot before the name; 1 other file (1 .txt).',
    ]);
    await expect(openFolder(root, 'test')).rejects.toThrow(
      `The data set folder ${root} has no test split. Hold out a part of it: --data.testFraction 0.1.`,
    );
  });

  it('explains what to do about an empty folder', async () => {
    await mkdir(join(root, '.git'));
    expect(await refusal()).toBe(
      'ROOT contains neither class folders nor images. ' +
        'Images are files whose names end in .jpg, .jpeg, .png, .webp, .bmp, .tif, .tiff, .ppm, .pgm, .pbm, .pnm, .gif. ' +
        'Put the images there: in one folder per class, or side by side if they have no classes.',
    );
  });

  it('names class folders without images', async () => {
    await put('a/0.jpg', 'b/0.heic', 'c/text.txt');
    await expect(openFolder(root, 'all')).rejects.toThrow(
      `There are no images in the class folders b, c of ${root}. ` +
        'Images are files whose names end in ' +
        '.jpg, .jpeg, .png, .webp, .bmp, .tif, .tiff, .ppm, .pgm, .pbm, .pnm, .gif. ' +
        'Put images into these folders, or remove them.',
    );
  });

  it('rejects a split without images', async () => {
    await put('a/0.jpg');
    await expect(openFolder(root, 'test')).rejects.toThrow(
      `The test split of ${root} has no images. ` +
        'A class needs at least two images for one of them to be held out for testing. ' +
        `Add images, or make the folders ${root}/train and ${root}/test that contain classes.`,
    );
  });

  it("lists classes and files in torchvision's order, names that are not UTF-8 too", async () => {
    const bytesOf = (text: string): Buffer => Buffer.from(text, 'base64');
    const place = (path: Buffer): Buffer => Buffer.concat([Buffer.from(`${root}/`), path]);
    for (const [path] of order.samples as [string, number][]) {
      const full = place(bytesOf(path));
      await mkdir(full.subarray(0, full.lastIndexOf('/')), { recursive: true });
      await writeFile(full, jpeg);
    }
    const dataset = await openFolder(root, 'all');
    // Clones of the spec are what threads read by.
    const found = await reopenDataset(structuredClone(dataset.spec));
    expect(dataset.length).toBe(order.samples.length);
    for (const [index, [path = '', label]] of (order.samples as [string, number][]).entries()) {
      expect([index, found.describe(index), found.label(index)]).toEqual([
        index,
        join(root, shown(bytesOf(path))),
        label,
      ]);
      expect((await found.read(index)).width).toBe(reference.images[0]!.width);
    }
    expect(dataset.classNames).toEqual(order.classes.map((name) => shown(bytesOf(name))));
  });

  it('counts in one message what it leaves out', async () => {
    await put('a/0.jpg', 'a/in/1.jpg', 'b/2.gif');
    expect(await saidOf()).toEqual([]);
    await put('x.jpg', 'y.png', 'a/.z.jpg', 'a/in/.y.jpg', 'b/.DS_Store', '.git/i.jpg');
    await put('notes.txt', 'a/more.txt', 'b/README', 'b/k.HEIC', 'b/1.avif', 'b/2.svg', 'b/3.pdf');
    expect(await saidOf()).toEqual([
      'warning: Left out of ROOT: 1 folder with a dot before the name; 2 images beside the class folders; ' +
        '2 images with a dot before the name; ' +
        '7 other files (2 .txt, 1 .avif, 1 .heic, 1 .pdf, 1 .svg, 1 more).',
    ]);
  });

  it('reports that files other than images are left out, as information', async () => {
    await put('a/0.jpg', 'labels.csv');
    expect(await saidOf()).toEqual(['info: Left out of ROOT: 1 other file (1 .csv).']);
  });

  it.each([
    ['train', 'valid'],
    ['Train', 'val'],
    ['TRAINING', 'Validation'],
    ['training', 'testing'],
    ['train', 'TEST'],
  ])('uses %s and %s as the splits', async (train, heldOut) => {
    await put(`${train}/a/0.jpg`, `${train}/b/0.jpg`, `${heldOut}/a/1.jpg`, `${heldOut}/b/1.jpg`);
    const trained = await openFolder(root, 'train');
    expect(contents(trained).map(([path]) => path)).toEqual([`${train}/a/0.jpg`, `${train}/b/0.jpg`]);
    expect(trained.classNames).toEqual(['a', 'b']);
    const held = await openFolder(root, 'test');
    expect(contents(held).map(([path]) => path)).toEqual([`${heldOut}/a/1.jpg`, `${heldOut}/b/1.jpg`]);
    expect(await saidOf()).toEqual([]);
  });

  it('looks for the classes in a folder Training that is alone', async () => {
    await put('Training/a/0.jpg', 'Training/a/1.jpg', 'Training/b/0.jpg', 'Training/b/1.jpg');
    expect((await openFolder(root, 'train')).classNames).toEqual(['a', 'b']);
    expect((await openFolder(root, 'test')).length).toBe(2);
  });

  it('counts the images of folders that are not the splits in use', async () => {
    await put('train/a/0.jpg', 'test/a/0.jpg', 'val/a/0.jpg', 'val/a/1.jpg', 'extra/0.jpg', 'top.jpg');
    await put('train/beside.jpg');
    expect(await saidOf()).toEqual([
      'warning: Left out of ROOT: 1 image beside the class folders; 1 image beside the folder train; ' +
        '1 image in the folder extra (the splits are train and test); ' +
        '2 images in the folder val (the splits are train and test).',
    ]);
  });

  it('evaluates on val if the classes of test are secret', async () => {
    await put('train/a/0.jpg', 'test/0.jpg', 'val/a/0.jpg');
    expect(contents(await openFolder(root, 'test'))).toEqual([['val/a/0.jpg', 'a']]);
    expect(await saidOf()).toEqual([
      'warning: Left out of ROOT: 1 image in the folder test (the splits are train and val).',
    ]);
  });

  it('reports a folder of images only that has the name of a split', async () => {
    await put('bus/0.jpg', 'Train/0.jpg', 'car/0.jpg');
    expect((await openFolder(root, 'all')).classNames).toEqual(['Train', 'bus', 'car']);
    expect(await saidOf()).toEqual([
      'warning: The folder ROOT/Train is used as a class although it is named like a split: ' +
        'it contains images and no class folders.',
    ]);
  });

  it('rejects a split among folders that are not splits', async () => {
    await put('train/a/0.jpg', 'dog/0.jpg', 'cat/0.jpg');
    expect(await refusal()).toBe(
      'ROOT contains the folder train, which looks like a split, next to cat, dog. ' +
        'A split contains class folders; its name is not a class. ' +
        'Rename the held-out folder to test, val or valid, or pass ROOT/train with --data.path.',
    );
  });

  it('rejects two folders of one split', async () => {
    await put('train/a/0.jpg', 'Train/a/0.jpg', 'val/a/0.jpg');
    const fix = 'Merge them, or move all but one elsewhere.';
    expect(await refusal()).toBe(`ROOT contains the folders Train, train, which name the same split. ${fix}`);
    await rm(join(root, 'Train'), { recursive: true });
    await put('validation/a/0.jpg');
    expect(await refusal()).toBe(
      `ROOT contains the folders val, validation, which name the same split. ${fix}`,
    );
  });

  it('rejects held-out data alone', async () => {
    await put('val/a/0.jpg', 'test/a/0.jpg');
    expect(await refusal()).toBe(
      'ROOT contains the splits test, val, but no folder train. ' +
        'Pass the folder that contains the classes with --data.path, such as ROOT/test, or add train.',
    );
  });

  it('accepts splits of images without classes', async () => {
    await put('train/0.jpg', 'train/1.jpg', 'val/0.jpg');
    const [train, test] = [await openFolder(root, 'train'), await openFolder(root, 'test')];
    expect(contents(train).map(([path]) => path)).toEqual(['train/0.jpg', 'train/1.jpg']);
    expect(contents(test)).toEqual([['val/0.jpg', undefined]]);
    expect([train.hasTestSplit, test.classNames]).toEqual([true, []]);
  });

  it.each([
    [['train/a/0.jpg', 'test/0.jpg'], 'ROOT/test', 'ROOT/train'],
    [['train/0.jpg', 'test/a/0.jpg'], 'ROOT/train', 'ROOT/test'],
  ])('rejects splits of which only one has classes: %j', async (files, flat, other) => {
    await put(...files);
    expect(await refusal()).toBe(
      `${flat} contains images and no class folders, but ${other} contains class folders. ` +
        'The images of both splits must have classes, or those of neither. ' +
        `Put the images of ${flat} into class folders, or remove that folder.`,
    );
  });
});

/** A name for people: bytes that are not UTF-8 as `\\xff`. */
function shown(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : readableName(nameOfBytes(bytes));
}
