import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataOfPath, dataOfWords } from '../../src/run/data-of-path';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-path-'));
  const files = {
    'classes/cats/1.png': '',
    'flat/1.jpg': '',
    'shards/0.tar': '',
    'mixed/0.tar': '',
    'mixed/1.png': '',
    'scans/0.tar': '',
    'scans/1.PNM': '',
    'cifar/cifar-10-batches-bin/data_batch_1.bin': '',
    'list.csv': '',
    'cifar.tar.gz': '',
    'named.yaml': 'data:\n  name: digits\n',
    'unnamed.yaml': 'data:\n  batchSize: 8\n',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a path to data', () => {
  it.each([
    ['classes', 'folder'],
    ['flat', 'folder'],
    ['mixed', 'folder'],
    ['scans', 'folder'],
    ['shards', 'shards'],
    ['list.csv', 'list'],
    ['nowhere', 'folder'],
    ['nowhere.JSONL', 'list'],
    ['nowhere.ndjson', 'list'],
    ['nowhere.npz', 'packed'],
    ['nowhere.npy', 'packed'],
    ['train-{0000..0009}.tar', 'shards'],
    ['cifar', undefined],
    ['cifar.tar.gz', undefined],
  ])('is recognised by what it contains: %s', (name, expected) => {
    expect(dataOfPath(join(folder, name))?.name).toBe(expected);
  });
});

describe('a command line with a path to data', () => {
  const found = { name: 'folder', what: 'a folder of images', path: 'photos' };

  it.each([
    [['--data.path', 'photos']],
    [['probe', '--data.path=photos', '--checkpoint', 'last']],
    [['--data.path', 'others', '--data.path', 'photos']],
  ])('means the data set that the path contains: %p', (words) => {
    expect(dataOfWords(words)).toEqual(found);
  });

  it.each([
    [[]],
    [['--data.path', 'photos', '--data.name', 'cifar10']],
    [['--data.path', 'photos', '--help']],
    [['--data.path']],
  ])('is left unchanged: %p', (words) => {
    expect(dataOfWords(words)).toBeNull();
  });

  it('is left unchanged if a file of options names the data set', () => {
    const words = (file: string) => ['--data.path', 'photos', '--config', join(folder, file)];
    expect(dataOfWords(words('named.yaml'))).toBeNull();
    expect(dataOfWords(words('unnamed.yaml'))).toEqual(found);
    expect(dataOfWords(words('missing.yaml'))).toEqual(found);
  });
});
