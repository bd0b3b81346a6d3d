import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reopenDataset } from '../../../../src/data/datasets/dataset-spec';
import { openFolder } from '../../../../src/data/datasets/folder/open-folder';
import type { ImageDataset } from '../../../../src/data/datasets';
import reference from './data/pillow-images.json';

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

function contents(dataset: ImageDataset): [path: string, className: string | undefined][] {
  return Array.from({ length: dataset.length }, (_, index) => [
    dataset.describe(index).slice(root.length + 1),
    dataset.classNames[dataset.label(index)],
  ]);
}

describe('openFolder', () => {
  it('makes classes of the top folders, with images at any depth, sorted', async () => {
    await put('dog/b.JPG', 'dog/a.png', 'cat/deep/er/c.tiff', 'cat/x.webp', 'cat/y.bmp');
    await put('cat/notes.txt', 'cat/._x.jpg', '.hidden/z.jpg', 'stray.jpg');
    const dataset = await openFolder(root, 'all');
    expect(contents(dataset)).toEqual([
      ['cat/deep/er/c.tiff', 'cat'],
      ['cat/x.webp', 'cat'],
      ['cat/y.bmp', 'cat'],
      ['dog/a.png', 'dog'],
      ['dog/b.JPG', 'dog'],
    ]);
    expect(dataset.classNames).toEqual(['cat', 'dog']);
  });

  it('holds out the same tenth of every class at each opening', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `${String(index).padStart(2, '0')}.jpg`);
    await put(...names.flatMap((name) => [`a/${name}`, `b/${name}`]), 'c/0.jpg', 'c/1.jpg');
    const test = contents(await openFolder(root, 'test'));
    const train = contents(await openFolder(root, 'train'));
    expect(test.map(([, name]) => name)).toEqual(['a', 'a', 'b', 'b', 'c']);
    expect([...train, ...test].sort()).toEqual(contents(await openFolder(root, 'all')).sort());
    expect(contents(await openFolder(root, 'test'))).toEqual(test);
  });

  it('takes the folders train and val as the splits, with the classes of both', async () => {
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

  it('looks for the classes in a folder train that is alone', async () => {
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
    const again = reopenDataset(structuredClone(dataset.spec));
    expect(contents(again)).toEqual(contents(dataset));
    expect((await again.read(1)).width).toBe(reference.images[0]!.width);
  });

  it('names an image that cannot be read', async () => {
    await put('a/0.jpg');
    await writeFile(join(root, 'a/1.jpg'), 'no image');
    await symlink('nowhere', join(root, 'a/2.jpg'));
    const dataset = await openFolder(root, 'all');
    const rule = 'Repair or remove the file, or go on without such images by --data.onBrokenImage skip.';
    await expect(dataset.read(1)).rejects.toThrow(
      `The image ${root}/a/1.jpg cannot be read: its content is no jpg, png, webp, bmp or tiff image. ${rule}`,
    );
    await expect(dataset.read(2)).rejects.toThrow(
      `The image ${root}/a/2.jpg cannot be read: ENOENT: no such file or directory, open '${root}/a/2.jpg'. ${rule}`,
    );
  });

  it('says what to do about a folder that is not there', async () => {
    await expect(openFolder(join(root, 'none'), 'all')).rejects.toThrow(
      `The folder of images ${root}/none cannot be opened. ` +
        `The system says: ENOENT: no such file or directory, stat '${root}/none'. ` +
        'Pass an existing folder by --data.path.',
    );
  });

  it('says what to do about a folder without class folders', async () => {
    await put('0.jpg', '1.jpg');
    await expect(openFolder(root, 'all')).rejects.toThrow(
      `${root} holds no class folders, and 2 images. ` +
        'The name of the folder that an image lies in is its class. ' +
        `Put the images into a folder for each class, or into one folder for all: ${root}/all.`,
    );
  });

  it('names class folders without images', async () => {
    await put('a/0.jpg', 'b/0.gif', 'c/text.txt');
    await expect(openFolder(root, 'all')).rejects.toThrow(
      `No images lie in the class folders b, c of ${root}. ` +
        'Images are files that end in .jpg, .jpeg, .png, .webp, .bmp, .tif, .tiff. ' +
        'Put images into these folders, or remove them.',
    );
  });

  it('refuses a split without images', async () => {
    await put('a/0.jpg');
    await expect(openFolder(root, 'test')).rejects.toThrow(
      `The test split of ${root} has no images. ` +
        'A class needs two images before one of them is held out for testing. ' +
        `Add images, or make the folders ${root}/train and ${root}/test with classes inside.`,
    );
  });
});
