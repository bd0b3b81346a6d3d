import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from '../../../src/data';
import { openWithSplits } from '../../../src/data/datasets';
import { cifarUnavailable, unreachableAddress, useCache } from '../helpers/unreachable';

let cache: string;
let restore: () => void;
let messages: [level: string, text: string][];

const onMessage = (level: string, text: string): void => void messages.push([level, text]);

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'fulgur-open-'));
  restore = useCache(cache);
  messages = [];
});
afterEach(async () => {
  restore();
  await rm(cache, { recursive: true });
});

describe('datasets.open', () => {
  it('names the known data sets, for the fallback too and before it is needed', async () => {
    await expect(datasets.open('cifar1000')).rejects.toThrow(
      "Unknown data set 'cifar1000'. Use one of: cifar10, cifar100, digits, folder, list, packed, shards.",
    );
    await expect(datasets.open('digits', { fallback: 'digit' })).rejects.toThrow(
      "Unknown data set 'digit'. Use one of: cifar10, cifar100, digits, folder, list, packed, shards.",
    );
  });

  it('asks for the path of a folder', async () => {
    await expect(datasets.open('folder')).rejects.toThrow(
      'The data set "folder" was chosen without a path. Name the folder of images with --data.path PATH.',
    );
  });

  it('uses the fallback with a loud warning if the data set is neither on disk nor reachable', async () => {
    const { url, reason } = await unreachableAddress();
    const dataset = await datasets.open('cifar10', { url, fallback: 'digits', split: 'test', onMessage });
    expect([dataset.name, dataset.split, dataset.length]).toEqual(['digits', 'test', 2000]);
    expect(messages).toEqual([
      ['info', `Downloading CIFAR-10 from ${url}.`],
      ['warning', `THIS RUN USES DIGITS, NOT CIFAR10. ${cifarUnavailable(cache, reason)}`],
    ]);
    expect(await readdir(join(cache, 'data', 'cifar10'))).toEqual([]);
  });

  it('reports it on the terminal if nobody else listens', async () => {
    const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    await datasets.open('cifar10', { download: false, fallback: 'digits' });
    const said = written.mock.calls.flat();
    written.mockRestore();
    const why = cifarUnavailable(cache, 'Downloads are turned off.');
    expect(said).toEqual([`THIS RUN USES DIGITS, NOT CIFAR10. ${why}\n`]);
  });

  it('uses no fallback for invalid data', async () => {
    const path = join(cache, 'nowhere');
    await expect(datasets.open('cifar10', { path, fallback: 'digits', onMessage })).rejects.toThrow(
      `CIFAR-10 is not in ${path}. The path does not exist or cannot be read.`,
    );
    expect(messages).toEqual([]);
  });

  it('fails with the first error if there is no fallback, or the same one', async () => {
    for (const fallback of [null, undefined, 'cifar10']) {
      await expect(datasets.open('cifar10', { download: false, fallback, onMessage })).rejects.toThrow(
        cifarUnavailable(cache, 'Downloads are turned off.'),
      );
    }
  });
});

describe('openWithSplits', () => {
  it('opens the other splits of the data set that is used, without the warning of the first', async () => {
    const { dataset, openSplit } = await openWithSplits('cifar10', {
      download: false,
      fallback: 'digits',
      onMessage,
    });
    const test = await openSplit('test');
    expect([dataset.name, dataset.split, test.name, test.split]).toEqual([
      'digits',
      'train',
      'digits',
      'test',
    ]);
    expect(messages).toHaveLength(1);
  });

  it('reports once what a folder leaves out, however many of its splits are opened', async () => {
    const path = join(cache, 'photos');
    for (const name of ['a/0.png', 'a/1.png', 'top.png']) {
      await mkdir(join(path, 'a'), { recursive: true });
      await writeFile(join(path, name), '');
    }
    const { openSplit } = await openWithSplits('folder', { path, onMessage });
    await openSplit('test');
    await openSplit('train');
    const sentence = `Left out of ${path}: 1 image beside the class folders.`;
    expect(messages).toEqual([['warning', sentence]]);
  });
});
