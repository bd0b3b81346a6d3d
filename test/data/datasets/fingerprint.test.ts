import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { datasets } from '../../../src/data';
import { identityOf } from '../../../src/data/datasets';
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

describe("a data set's identity", () => {
  it('is the same each time, and wherever a folder lies', async () => {
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
