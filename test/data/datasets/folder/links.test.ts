import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listImages } from '../../../../src/data/datasets/folder/list-images';

let root: string;
const at = (...parts: readonly string[]): string => join(root, ...parts);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'fulgur-links-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Each folder contains `links` links to the next one; the last contains an image. */
async function farm(levels: number, links: number): Promise<void> {
  for (let level = 0; level <= levels; level++) await mkdir(at('farm', String(level)), { recursive: true });
  for (let level = 0; level < levels; level++) {
    for (let link = 0; link < links; link++) {
      await symlink(at('farm', String(level + 1)), at('farm', String(level), `link${link}`));
    }
  }
  await writeFile(at('farm', String(levels), 'one.png'), '');
  await mkdir(at('class'));
  await symlink(at('farm', '0'), at('class', 'in'));
}

/** Folders of which each has a link to every other. */
async function clique(size: number): Promise<void> {
  const names = Array.from({ length: size }, (_, index) => `f${index}`);
  for (const name of names) {
    await mkdir(at('class', name), { recursive: true });
    for (const other of names)
      if (other !== name) await symlink(at('class', other), at('class', name, other));
  }
}

const refusal = (): string =>
  `Links in ${at('class')} lead to one folder in more than 256 ways: ${at('class')}/`;

describe('links in a folder of images', () => {
  it.each([
    ['20 levels of 2 links', () => farm(20, 2)],
    ['14 levels of 3 links', () => farm(14, 3)],
    ['one folder of 300 links to another', () => farm(1, 300)],
    ['12 folders that lead to each other', () => clique(12)],
  ])(
    'are rejected if there are too many paths through them, before all are followed: %s',
    async (_, make) => {
      await make();
      await expect(listImages(at('class'))).rejects.toThrow(refusal());
      // A second where nothing else is running; to walk them all would take days.
    },
    60_000,
  );

  it('count each path if there are few, as in torchvision', async () => {
    await farm(3, 2);
    const images = await listImages(at('class'));
    expect(images).toHaveLength(8);
    expect(images[1]).toBe('in/link0/link0/link1/one.png');
  });

  it('are not followed if they lead back', async () => {
    await clique(4);
    await writeFile(at('class', 'f0', 'one.png'), '');
    // By itself, and over each choice and order of the three others: 1 + 3 + 6 + 6.
    expect(await listImages(at('class'))).toHaveLength(16);
  });

  it('may be nested as deep as the system has paths for', async () => {
    await mkdir(at('class'));
    // The program goes down folder by folder: the whole path is longer than the system takes.
    execFileSync('mkdir', ['-p', 'nested/'.repeat(700)], { cwd: at('class') });
    await expect(listImages(at('class'))).rejects.toThrow(
      /^The folder .*\/nested.*Check the path and its permissions\.$/,
    );
    execFileSync('rm', ['-r', at('class')]);
  });
});
