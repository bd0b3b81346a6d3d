import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageDataset, Split } from '../../../../src/data';
import { openList } from '../../../../src/data/datasets/list/open-list';

let folder: string;
let messages: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-list-'));
  messages = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function open(text: string | Buffer, split: Split = 'train', name = 'list.csv'): Promise<ImageDataset> {
  const file = join(folder, name);
  await writeFile(file, text);
  return openList(file, split, { onMessage: (_, said) => void messages.push(said) });
}

const seen = (dataset: ImageDataset): (readonly [string, number | null])[] =>
  Array.from({ length: dataset.length }, (_, index) => [dataset.sampleName(index), dataset.label(index)]);

describe('openList', () => {
  it('reads paths and labels in order, class names by code points, other columns passed over', async () => {
    const dataset = await open(
      '\ufeffid,Path, label\r\n1, b/2.png ,cat\r\n\r\n2,"a, 1.png","dog, ""big"""\r\n3,./c.png,Zebra\r\n',
    );
    expect(seen(dataset)).toEqual([
      ['b/2.png', 1],
      ['a, 1.png', 2],
      ['c.png', 0],
    ]);
    expect(dataset.classNames).toEqual(['Zebra', 'cat', 'dog, "big"']);
    expect([dataset.name, dataset.origin, dataset.describe(2), dataset.hasTestSplit]).toEqual([
      'list',
      join(folder, 'list.csv'),
      join(folder, 'c.png'),
      false,
    ]);
    expect(messages).toEqual([]);
  });

  it('reads JSON Lines in the same way', async () => {
    const lines = [
      '{"path":"b.png","label":7,"more":{}}',
      '',
      '{"path":"a.png","label":"x"}',
      '{"path":"ü.png","label":null}',
    ];
    const dataset = await open(lines.join('\n'), 'all', 'list.jsonl');
    expect(seen(dataset)).toEqual([
      ['b.png', 0],
      ['a.png', 1],
      ['ü.png', null],
    ]);
    expect(dataset.classNames).toEqual(['7', 'x']);
    expect(messages).toEqual([`1 of the 3 images in ${join(folder, 'list.jsonl')} have no label.`]);
  });

  it('accepts a list without labels, or with half of them, with one message', async () => {
    expect(seen(await open('path\na.png\nb.png\n'))).toEqual([
      ['a.png', null],
      ['b.png', null],
    ]);
    expect(messages).toEqual([]);
    const half = await open('path,label\na.png,\nb.png,x\n');
    expect(seen(half)).toEqual([
      ['a.png', null],
      ['b.png', 0],
    ]);
    expect(messages).toEqual([`1 of the 2 images in ${join(folder, 'list.csv')} have no label.`]);
  });

  it('recognises train, test and val by their usual words; classes are those of all', async () => {
    const text = 'path,label,split\na.png,z,Train\nb.png,y,test\nc.png,x,validation\nd.png,w,training\n';
    expect(seen(await open(text, 'train'))).toEqual([
      ['a.png', 3],
      ['d.png', 0],
    ]);
    expect(seen(await open(text, 'test'))).toEqual([['b.png', 2]]);
    const all = await open(text, 'all');
    expect(seen(all).map(([name]) => name)).toEqual(['a.png', 'b.png', 'd.png']);
    expect(all.hasTestSplit).toBe(true);
    expect(messages[0]).toBe(
      `Left out of ${join(folder, 'list.csv')}: 1 images of the split val because there is a split test.`,
    );
    const val = await open('path,split\na.png,train\nb.png,val\n', 'test');
    expect(seen(val)).toEqual([['b.png', null]]);
    await expect(open('path,split\na.png,train\n', 'test')).rejects.toThrow(
      'The data set list has no test split. Hold out a part of it: --data.testFraction 0.1.',
    );
  });

  it('follows links, as the data set folder does', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'x.ppm'), 'P6 1 1 255\n\x01\x02\x03');
    await mkdir(join(folder, 'lists'));
    await symlink('../elsewhere', join(folder, 'lists', 'in'));
    const dataset = await open('path\nin/x.ppm\n', 'train', 'lists/list.csv');
    expect([...(await dataset.read(0)).data]).toEqual([1, 2, 3]);
  });

  it('reads -1 as no label, as arrays and shards do', async () => {
    for (const dataset of [
      await open('path,label\na,3\nb,-1\n'),
      await open('{"path":"a","label":3}\n{"path":"b","label":-1}', 'train', 'list.jsonl'),
    ]) {
      expect([dataset.classNames, dataset.label(0), dataset.label(1)]).toEqual([['3'], 0, null]);
    }
  });

  it('reads a line of JSON with much more than the path', async () => {
    const dataset = await open(`{"path":"a","caption":"${'c'.repeat(1e6)}"}`, 'train', 'list.jsonl');
    expect(dataset.sampleName(0)).toBe('a');
  });

  it('names a missing file when it is read', async () => {
    const dataset = await open('path\na.png\n');
    await expect(dataset.read(0)).rejects.toMatchObject({
      name: 'BrokenImageError',
      message: expect.stringContaining(`The image ${join(folder, 'a.png')} cannot be read: ENOENT`) as string,
    });
  });

  const object = 'Write an object on each line: {"path": "cats/1.jpg", "label": "cat", "split": "train"}.';
  const csvHeader = 'Give the list a header with comma-separated columns: path,label,split.';
  const words = 'Use one of the splits train, training, test, testing, val, valid, validation.';
  it.each<[string, string, string | Buffer, string]>([
    [
      'a line with too few values',
      '.csv',
      'path,label\na,b\nc\n',
      'Line 3 of LIST has 1 value instead of 2. Correct the line.',
    ],
    [
      'a line with too many',
      '.csv',
      'path,label\na,b,c\n',
      'Line 2 of LIST has 3 values instead of 2. Correct the line.',
    ],
    [
      'an open quote',
      '.csv',
      'path\na\n"b\nc\n',
      'Line 2 of LIST is the last readable one: it is followed by a quote that is not closed. Close it.',
    ],
    [
      'an open quote before much text',
      '.csv',
      `path\n"a\n${'b\n'.repeat(40_000)}`,
      'Line 1 of LIST is the last readable one: it is followed by a line of more than 65536 characters, or a quote that is not closed. ' +
        'Shorten the line, or close the quote.',
    ],
    [
      'a line without an end',
      '.jsonl',
      `{"path":"a"}\n{"path":"b","label":"${'c'.repeat(2 ** 24)}"}`,
      'Line 2 of LIST has more than 16777216 characters. Remove fields other than path, label and split.',
    ],
    [
      'text after a quote',
      '.csv',
      'path\n"a"b\n',
      'Line 2 of LIST has more text after a closing quote. Correct the line.',
    ],
    [
      'a quote within',
      '.csv',
      'path\na"b\n',
      'Line 2 of LIST has a quote within an unquoted value. Correct the line.',
    ],
    [
      'no header',
      '.csv',
      'a.png,cat\nb.png,dog\n',
      `Line 1 of LIST has 2 columns, but none is named path: a.png, cat. ${csvHeader}`,
    ],
    [
      'semicolons',
      '.csv',
      'path;label\na;b\n',
      `Line 1 of LIST has 1 column, but none is named path: path;label. ${csvHeader}`,
    ],
    [
      'a column twice',
      '.csv',
      'path,label,Label\n',
      'Line 1 of LIST names the column label twice. Keep only one of them.',
    ],
    ['nothing', '.csv', '', 'LIST is empty. Give it a header and one line per image.'],
    ['a header alone', '.csv', 'path,label\n', 'LIST names no images. Add a line for each image.'],
    [
      'no text',
      '.csv',
      Buffer.from('path\n\xff\xfe.png\n', 'latin1'),
      'Line 2 of LIST has a path that is not text in UTF-8. Save the list as UTF-8.',
    ],
    ['an empty path', '.csv', 'path,label\n,b\n', 'Line 2 of LIST names no path. Give each image a path.'],
    [
      'a path upwards',
      '.csv',
      'path\na/../../b.png\n',
      "Line 2 of LIST names a/../../b.png, which is not below the list's folder FOLDER. Move the list to a folder above all images.",
    ],
    [
      'an absolute path',
      '.jsonl',
      '\n{"path":"/etc/passwd"}',
      "Line 2 of LIST names /etc/passwd, which is not below the list's folder FOLDER. Move the list to a folder above all images.",
    ],
    [
      'the folder itself',
      '.jsonl',
      '{"path":"."}',
      "Line 1 of LIST names ., which is not below the list's folder FOLDER. Move the list to a folder above all images.",
    ],
    [
      'a path twice',
      '.csv',
      'path\na/b.png\nc.png\na//b.png\n',
      'Line 4 of LIST names a/b.png, as does line 2. Keep one line per image.',
    ],
    [
      'an unknown split',
      '.csv',
      'path,split\na,train\nb,dev\n',
      `Line 3 of LIST has the split "dev". ${words}`,
    ],
    ['an empty split', '.csv', 'path,split\na,\n', `Line 2 of LIST names no split. ${words}`],
    [
      'a split for some',
      '.jsonl',
      '{"path":"a","split":"train"}\n{"path":"b"}',
      'Line 2 of LIST names no split, but earlier lines do. Name the split of every image or of none.',
    ],
    [
      'a split for others',
      '.jsonl',
      '{"path":"a"}\n{"path":"b","split":"test"}',
      'Line 2 of LIST names a split, but earlier lines do not. Name the split of every image or of none.',
    ],
    [
      'nothing to train on',
      '.csv',
      'path,split\na,test\n',
      'LIST has no images in the split train. Assign some images to the split train.',
    ],
    [
      'a line that is not JSON',
      '.jsonl',
      '{"path":"a"}\n{"path":',
      `Line 2 of LIST is not JSON: Unexpected end of JSON input. ${object}`,
    ],
    ['a line that is not an object', '.ndjson', '[]', `Line 1 of LIST is not an object. ${object}`],
    [
      'a path that is a number',
      '.jsonl',
      '{"path":3}',
      `Line 1 of LIST has no string as its path. ${object}`,
    ],
    [
      'a label that is a list',
      '.jsonl',
      '{"path":"a","label":[1]}',
      `Line 1 of LIST has a label that is neither a string nor a whole number. ${object}`,
    ],
    [
      'a label that is a fraction',
      '.jsonl',
      '{"path":"a","label":0.5}',
      `Line 1 of LIST has a label that is neither a string nor a whole number. ${object}`,
    ],
    [
      'a split that is a number',
      '.jsonl',
      '{"path":"a","split":1}',
      `Line 1 of LIST has a split that is not a string. ${object}`,
    ],
    [
      'another extension',
      '.txt',
      'path\na\n',
      'LIST has neither the extension of CSV nor that of JSON Lines. Set --data.path to a file that ends in .csv, .jsonl, .ndjson.',
    ],
  ])('rejects %s', async (_, extension, text, message) => {
    const name = `list${extension}`;
    const expected = message
      .replaceAll('LIST', `the list ${join(folder, name)}`)
      .replaceAll('FOLDER', folder);
    await expect(open(text, 'train', name)).rejects.toMatchObject({
      kind: 'data',
      message: expected.replace(/^the/, 'The'),
    });
  });

  it('rejects what is not a regular file of a bounded size', async () => {
    const file = join(folder, 'list.csv');
    await expect(openList(file, 'train')).rejects.toThrow(
      `The list ${file} cannot be read: ENOENT: no such file or directory, open '${file}'. ` +
        'Set --data.path to a readable file.',
    );
    await symlink('/dev/zero', file);
    await expect(openList(file, 'train')).rejects.toThrow('it is a device, not a regular file');
    await rm(file);
    await writeFile(file, '');
    await truncate(file, 3e9);
    await expect(openList(file, 'train')).rejects.toThrow('it has 3 GB, but at most 2.1 GB are read');
  });

  it('opens 200,000 lines, shared among threads', async () => {
    const lines = Array.from(
      { length: 200_000 },
      (_, index) => `images/${index % 1000}/${index}.jpg,class ${index % 1000}`,
    );
    const dataset = await open(`path,label\n${lines.join('\n')}\n`);
    expect([dataset.length, dataset.classNames.length]).toEqual([200_000, 1000]);
    expect(dataset.sampleName(199_999)).toBe('images/999/199999.jpg');
    const { paths, labels } = dataset.spec as unknown as Record<
      string,
      { buffer?: unknown; bytes?: Uint8Array }
    >;
    expect(labels?.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(paths?.bytes?.buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
