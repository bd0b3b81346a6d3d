import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ImageDataset, Split } from '../../../../src/data';
import { openShards } from '../../../../src/data/datasets/shards/open-shards';
import type { TarItem } from '../helpers/tar-files';
import { shardOf, tarOf, tinyImage } from '../helpers/tar-files';

const made = JSON.parse(readFileSync(join(__dirname, 'data', 'tar-files.json'), 'utf8')) as {
  files: Readonly<Record<string, string>>;
};

let folder: string;
let messages: string[];
const at = (...parts: readonly string[]): string => join(folder, ...parts);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fulgur-shards-'));
  messages = [];
});
afterEach(() => rm(folder, { recursive: true }));

function open(path = folder, split: Split = 'train'): Promise<ImageDataset> {
  return openShards(path, split, { onMessage: (_, text) => void messages.push(text) });
}

async function put(name: string, content: Buffer | readonly TarItem[]): Promise<string> {
  await writeFile(at(name), Buffer.isBuffer(content) ? content : await tarOf(content));
  return at(name);
}

const names = (dataset: ImageDataset): string[] =>
  Array.from({ length: dataset.length }, (_, index) => dataset.sampleName(index));
const labels = (dataset: ImageDataset): (number | null)[] =>
  Array.from({ length: dataset.length }, (_, index) => dataset.label(index));
const firstByte = async (dataset: ImageDataset, index: number): Promise<number | undefined> =>
  (await dataset.read(index)).data[0];

describe('openShards', () => {
  it('reads what the package webdataset writes', async () => {
    const path = await put('a.tar', gunzipSync(Buffer.from(made.files.webdataset ?? '', 'base64')));
    const dataset = await open(path, 'all');
    expect(names(dataset)).toEqual([0, 1, 2, 3].map((index) => `a.tar/scene/00000${index}`));
    expect(labels(dataset)).toEqual([0, 1, 2, 0]);
    expect(dataset.classNames).toEqual(['0', '1', '2']);
    expect([...(await dataset.read(2)).data]).toEqual(Array.from({ length: 12 }, (_, index) => 40 + index));
    expect([dataset.name, dataset.origin, dataset.hasTestSplit, dataset.describe(3)]).toEqual([
      'shards',
      path,
      false,
      `${path}/scene/000003`,
    ]);
    expect(messages).toEqual([]);
    await dataset.close?.();
  });

  it.each(['pax', 'gnu', 'ustar'])("reads the long names of Python's tarfile: %s", async (format) => {
    const path = await put('a.tar', gunzipSync(Buffer.from(made.files[format] ?? '', 'base64')));
    const dataset = await open(path, 'all').catch((error: unknown) => error as Error);
    // `short.one.ppm` is another kind of file of the key `short`; and `./short.cls` is one of it too.
    if (dataset instanceof Error) throw dataset;
    const long =
      format === 'ustar'
        ? `${'d'.repeat(90)}/${'e'.repeat(60)}/${'f'.repeat(80)}`
        : `ordner/${'ä'.repeat(60)}/${'n'.repeat(120)}`;
    expect(names(dataset)).toEqual([`a.tar/${long}`, 'a.tar/short']);
    expect(labels(dataset)).toEqual([null, 7]);
    expect(await firstByte(dataset, 1)).toBe('./short.ppm'.length);
    await dataset.close?.();
  });

  it('reads what GNU tar writes, sparse sizes in base 256 included', async () => {
    await mkdir(at('in', 'd'), { recursive: true });
    await writeFile(at('in', 'd', 'x.ppm'), tinyImage(9));
    execFileSync('tar', ['--format=gnu', '-cf', at('a.tar'), '-C', at('in'), '.']);
    const bytes = await readFile(at('a.tar'));
    const header = bytes.indexOf('./d/x.ppm');
    // The size as a binary number.
    bytes.fill(0, header + 124, header + 136);
    bytes[header + 124] = 0x80;
    bytes[header + 135] = tinyImage(9).length;
    bytes.fill(0x20, header + 148, header + 156);
    const sum = bytes.subarray(header, header + 512).reduce((a, b) => a + b, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, header + 148, 'latin1');
    const dataset = await open(await put('a.tar', bytes));
    expect(names(dataset)).toEqual(['a.tar/d/x']);
    expect(await firstByte(dataset, 0)).toBe(9);
    await dataset.close?.();
  });

  it('puts the files of a key together wherever they stand, and passes over others', async () => {
    const path = await put('a.tar', [
      ['b.png', ''],
      ['a.cls', ' 1\n'],
      ['d/', '', { type: 'directory' }],
      ['._b.png', 'x'],
      ['readme', 'x'],
      ['a.JPG', 'x'],
      ['b.seg.png', 'x'],
      ['b.json', '{"label": 0}'],
      ['c.webp', 'x'],
      ['c.cls', '-1'],
      ['gone.cls', '4'],
      ['l.png', '', { type: 'symlink', linkname: 'b.png' }],
    ]);
    const dataset = await open(path);
    expect(names(dataset)).toEqual(['a.tar/b', 'a.tar/a', 'a.tar/c']);
    expect(labels(dataset)).toEqual([0, 1, null]);
    expect(messages).toEqual([
      `Left out of ${path}: 1 image that is a link; 1 key without an image.`,
      `1 of the 3 images in ${path} have no label.`,
    ]);
  });

  it('keeps names apart that lead out of a shard', async () => {
    for (const name of ['a.tar', 'b.tar']) {
      await put(name, [
        ['x.png', ''],
        ['../x.png', ''],
        ['../b.tar/x.png', ''],
        ['/x.png', ''],
      ]);
    }
    const dataset = await open();
    const expected = ['a.tar', 'b.tar'].flatMap((shard) =>
      ['x', '../x', '../b.tar/x', '/x'].map((key) => `${shard}/${key}`),
    );
    expect(names(dataset)).toEqual(expected);
    expect(expected.map((_, index) => dataset.describe(index))).toEqual(
      expected.map((name) => `${folder}/${name}`),
    );
  });

  it('reports the number of images it leaves out because of a second dot in their names', async () => {
    const path = await put('a.tar', [
      ['a.png', ''],
      ['a.mask.png', ''],
      ['scan_v1.0.png', ''],
      ['scan_v1.1.PNG', ''],
      ['scan_v1.0.txt', ''],
    ]);
    expect(names(await open(path))).toEqual(['a.tar/a']);
    expect(messages).toEqual([`Left out of ${path}: 2 images with a second dot in their names.`]);
  });

  it('rejects two labels of one sample', async () => {
    const path = await put('a.tar', [
      ['a.png', ''],
      ['a.cls', '1'],
      ['a.cls', '0'],
    ]);
    await expect(open(path)).rejects.toMatchObject({
      kind: 'data',
      message: `The shard ${path} contains the key a, which has two .cls files. Keep only one of them.`,
    });
  });

  it('reads classes from a file beside the shards, or names by code points', async () => {
    const path = await put('a.tar', [
      ['1.png', ''],
      ['1.json', '{"label": "dog"}'],
      ['2.png', ''],
      ['2.json', '{"label": "Cat"}'],
      ['3.png', ''],
    ]);
    const plain = await open(path);
    expect([plain.classNames, labels(plain)]).toEqual([
      ['Cat', 'dog'],
      [1, 0, null],
    ]);
    await writeFile(at('classes.txt'), 'owl\ndog\r\nCat\n');
    const listed = await open(path);
    expect([listed.classNames, labels(listed)]).toEqual([
      ['owl', 'dog', 'Cat'],
      [1, 2, null],
    ]);
    await writeFile(at('classes.txt'), 'owl\ndog\n');
    await expect(open(path)).rejects.toThrow(
      `The shards in ${folder} have the label "Cat", which is not one of the 2 classes in classes.txt. ` +
        `Correct ${at('classes.txt')}, or remove it.`,
    );
    await writeFile(at('classes.txt'), 'owl\n\ndog\n');
    await expect(open(path)).rejects.toThrow(
      `The names of classes in ${at('classes.txt')} hold an empty line. Give each class a line with its own name.`,
    );
  });

  it('accepts a folder, a pattern, and splits by words in the names', async () => {
    for (const [name, first] of [
      ['set-train-0000.tar', 0],
      ['set-train-0001.tar', 10],
      ['set-val-0000.tar', 20],
    ] as const) {
      await put(name, await shardOf(first, 3));
    }
    const train = await open(folder);
    expect(names(train)).toEqual(
      [
        '0000.tar/000000',
        '0000.tar/000001',
        '0000.tar/000002',
        '0001.tar/000010',
        '0001.tar/000011',
        '0001.tar/000012',
      ].map((name) => `set-train-${name}`),
    );
    expect(train.hasTestSplit).toBe(true);
    expect(names(await open(folder, 'test'))).toHaveLength(3);
    expect(names(await open(folder, 'all'))).toHaveLength(9);
    const pattern = await open(at('set-train-{0001..0000}.tar'), 'all');
    expect(names(pattern).at(-1)).toBe('set-train-0000.tar/000002');
    expect(await firstByte(pattern, 0)).toBe(50);
    await expect(open(at('set-train-{0000..0001}.tar'), 'test')).rejects.toThrow(
      'The data set shards has no test split. Hold out a part of it: --data.testFraction 0.1.',
    );
    await put('set-test-0000.tar', await shardOf(30, 1));
    expect(names(await open(folder, 'test'))).toEqual(['set-test-0000.tar/000030']);
    expect(messages).toEqual([`Left out of ${folder}: 1 validation shards because there are test shards.`]);
    await pattern.close?.();
  });

  it('keeps few files open, and closes them', async () => {
    const opened = (): number =>
      readdirSync('/proc/self/fd').filter((fd) => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
        } catch {
          return false;
        }
      }).length;
    for (let shard = 0; shard < 40; shard++)
      await put(`${String(shard).padStart(2, '0')}.tar`, await shardOf(shard, 1));
    const dataset = await open();
    expect(opened()).toBe(0);
    await Promise.all(Array.from({ length: 40 }, async (_, index) => dataset.read(index)));
    for (let index = 39; index >= 0; index--) expect(await firstByte(dataset, index)).toBe(index * 5);
    expect(opened()).toBe(16);
    await dataset.close?.();
    expect(opened()).toBe(0);
  });

  it('stops building an index on request', async () => {
    await put('a.tar', await shardOf(0, 3000));
    const controller = new AbortController();
    const opening = openShards(folder, 'train', { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(opening).rejects.toThrow(/^enough$/);
  });

  const again = 'Write or copy it again, or exclude it from --data.path.';
  it.each<[string, () => Promise<Buffer>, string]>([
    [
      'is truncated within an entry',
      async () => (await shardOf(0, 3)).subarray(0, 2570),
      `is truncated: it ends at byte 2570, but its entry at byte 2048 extends to byte 2583. ${again}`,
    ],
    [
      'is truncated within a header',
      async () => (await shardOf(0, 3)).subarray(0, 2048 + 100),
      `is truncated: it ends at byte 2148 without the empty block that closes it. ${again}`,
    ],
    [
      'is truncated between two entries',
      async () => (await shardOf(0, 3)).subarray(0, 2048),
      `is truncated: it ends at byte 2048 without the empty block that closes it. ${again}`,
    ],
    [
      'is empty',
      () => Promise.resolve(Buffer.alloc(0)),
      `is truncated: it ends at byte 0 without the empty block that closes it. ${again}`,
    ],
    [
      'is something else',
      () => Promise.resolve(Buffer.alloc(2000, 'x')),
      `has no tar header at byte 0. ${again}`,
    ],
    [
      'is damaged in a header',
      async () => {
        const shard = await shardOf(0, 3);
        shard[2050] = 7;
        return shard;
      },
      `has no tar header at byte 2048. ${again}`,
    ],
    [
      'is two archives put together',
      async () => Buffer.concat([await shardOf(0, 1), await shardOf(1, 1)]),
      `has more entries after its end, like two concatenated archives at byte 2048. ${again}`,
    ],
    [
      'is compressed',
      async () => gzipSync(await shardOf(0, 1)),
      'is compressed, but samples of a compressed archive cannot be read individually. Unpack it to a .tar file, for example with gunzip.',
    ],
    [
      'has two images of one key',
      () =>
        tarOf([
          ['a.png', ''],
          ['a.jpg', ''],
        ]),
      'contains the key a, which has two images. Give each image a key of its own.',
    ],
    [
      'has a class that is not a number',
      () =>
        tarOf([
          ['a.png', ''],
          ['a.cls', 'cat'],
        ]),
      'contains the key a, which has a .cls file that is not a whole number. Write the number of the class into it.',
    ],
    [
      'has a label that is not such',
      () =>
        tarOf([
          ['a.png', ''],
          ['a.json', '{"label": [1]}'],
        ]),
      'contains the key a, which has a label in its .json file that is neither a number nor a name. Write the number or the name of the class into it: {"label": 3}.',
    ],
    [
      'has a file that is not JSON',
      () =>
        tarOf([
          ['a.png', ''],
          ['a.json', '{'],
        ]),
      'contains the key a, which has a .json file that is not JSON: ',
    ],
    [
      'has a damaged long name',
      async () => {
        const shard = await tarOf([[`${'n'.repeat(200)}é.png`, '']]);
        const record = shard.indexOf(' path=');
        shard.write('9', record - 1, 'latin1');
        return shard;
      },
      `has a pax header with a damaged record at byte 0. ${again}`,
    ],
  ])('rejects a shard that %s', async (_, make, message) => {
    const path = await put('a.tar', await make());
    const expected = `The shard ${path} ${message}`;
    await expect(open()).rejects.toMatchObject({
      kind: 'data',
      message: message.endsWith(': ') ? (expect.stringContaining(expected) as string) : expected,
    });
  });

  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      'no shard',
      () => Promise.resolve(),
      '',
      'contains no .tar files. Set --data.path to a folder of shards.',
    ],
    [
      'nothing',
      () => Promise.resolve(),
      'none.tar',
      "names PATH: ENOENT: no such file or directory, stat 'PATH'. Name shards that exist.",
    ],
    [
      'one of a pattern missing',
      async () => put('x-1.tar', await shardOf(0, 1)),
      'x-{1..3}.tar',
      "names FOLDER/x-2.tar: ENOENT: no such file or directory, stat 'FOLDER/x-2.tar'. Name shards that exist.",
    ],
    [
      'too many',
      () => Promise.resolve(),
      'x-{0..9}{0..99999}.tar',
      'stands for 1000000 paths, more than 100000. Name fewer shards.',
    ],
    [
      'one twice',
      async () => put('x-1.tar', await shardOf(0, 1)),
      'x-{1,1}.tar',
      'names FOLDER/x-1.tar twice. Name each shard once.',
    ],
    [
      'some of a split',
      async () => {
        await put('train-1.tar', await shardOf(0, 1));
        await put('x-1.tar', await shardOf(0, 1));
      },
      '',
      'names train-1.tar, which names a split, and x-1.tar, which does not. Put train, val or test into the name of every shard or of none.',
    ],
  ])('rejects a path with %s', async (_, make, name, message) => {
    await make();
    const path = name === '' ? folder : at(name);
    await expect(open(path)).rejects.toThrow(
      `The path of shards ${path} ${message.replaceAll('PATH', path).replaceAll('FOLDER', folder)}`,
    );
  });

  it('rejects compressed shards by their names, and shards without images', async () => {
    await put('a.tar.gz', Buffer.from('x'));
    await expect(open()).rejects.toThrow(
      `The shard ${at('a.tar.gz')} is compressed, but samples of a compressed archive cannot be read individually. ` +
        'Unpack it to a .tar file, for example with gunzip.',
    );
    await rm(at('a.tar.gz'));
    await put('a.tar', [['a.txt', 'x']]);
    await expect(open()).rejects.toThrow(
      `The train split of the shards ${folder} has no images. An image is an entry such as 000017.jpg. ` +
        'Set --data.path to shards that contain images.',
    );
    await rm(at('a.tar'));
    await symlink('/dev/zero', at('a.tar'));
    await expect(open()).rejects.toThrow(
      `The shard ${at('a.tar')} cannot be read: it is a device, not a regular file.`,
    );
  });
});

describe('a shard after its index was built', () => {
  const fix = 'Start again, and do not change shards that are being read.';
  let dataset: ImageDataset;
  const shard = (): string => at('a.tar');

  beforeEach(async () => {
    await put('a.tar', await shardOf(0, 4));
    dataset = await open();
  });
  afterEach(() => dataset.close?.());

  it('may be added to, and others may be written beside it', async () => {
    await writeFile(at('in.ppm'), tinyImage(1).toString('latin1').padEnd(20_000), 'latin1');
    execFileSync('tar', ['-rf', shard(), '-C', folder, 'in.ppm']);
    await put('b.tar', await shardOf(9, 4));
    expect(dataset.length).toBe(4);
    for (const index of [0, 1, 2, 3]) expect(await firstByte(dataset, index)).toBe(index * 5);
    expect((await open()).length).toBe(9);
  });

  it('is still read from where it was opened when another replaces it', async () => {
    expect(await firstByte(dataset, 0)).toBe(0);
    await put('new.tar', await shardOf(50, 4));
    await rename(at('new.tar'), shard());
    expect(await firstByte(dataset, 1)).toBe(5);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['is written again', async () => writeFile(shard(), await shardOf(7, 4)), 'it was written to'],
    [
      'is written again with more in it',
      async () => writeFile(shard(), await shardOf(7, 40)),
      'another entry is at byte 2048',
    ],
    ['has its time changed', () => utimes(shard(), 1, 1), 'it was written to'],
    ['is truncated', () => truncate(shard(), 1000), 'it has 1000 bytes instead of 9216'],
    ['is removed', () => rm(shard()), 'ENOENT: no such file or directory'],
    [
      'gives way to a longer one',
      async () => {
        await put('new.tar', await shardOf(0, 40));
        await rename(at('new.tar'), shard());
      },
      'it has 82944 bytes instead of 9216',
    ],
  ])('causes an error, not pixels, when it %s', async (_, change, how) => {
    await change();
    await expect(dataset.read(1)).rejects.toMatchObject({
      name: 'FulgurError',
      kind: 'data',
      message: expect.stringMatching(
        new RegExp(`^The shard ${shard()} has changed since it was indexed: ${how}.*\\. ${fix}$`),
      ) as string,
    });
  });

  it('is the same wherever it is', async () => {
    const before = names(dataset);
    await mkdir(at('moved'));
    await copyFile(shard(), at('moved', 'a.tar'));
    expect(names(await open(at('moved')))).toEqual(before);
    expect((await stat(shard())).size).toBe(9216);
    await appendFile(shard(), Buffer.alloc(512));
    expect(await firstByte(dataset, 3)).toBe(15);
  });
});
