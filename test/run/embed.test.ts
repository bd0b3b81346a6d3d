import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { readEmbeddings } from '../../src/evaluation';
import { writePhotos } from './helpers/photos';
import { Child, runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const checkpoint = join(cwd, 'runs', 'small', 'version_0', 'checkpoints', 'epoch=0-step=4');

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild(small, args, { cwd });
}

const ofPhotos = ['--data.path', 'photos', '--data.workers', '0', '--embed.batchSize', '4'];

beforeAll(async () => {
  await writePhotos(join(cwd, 'photos'), 10);
  const { code, errors } = await runHere('--trainer.maxEpochs', '1');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

describe('embed', () => {
  it('writes features and names of new images of another data set, through the evaluation view of the run', async () => {
    const { code, errors, output } = await runHere('embed', ...ofPhotos, '--out', 'photos.npz');
    const path = join(cwd, 'photos.npz');
    const record = join(cwd, 'runs', 'small', 'version_0', 'evaluations', 'epoch=0-step=4.embed.all.json');
    expect({ code, errors, output }).toEqual({
      code: 0,
      errors: 'Treating photos as a folder of images: --data.name folder.\n',
      output: `Embedded 10 images of folder as 64 features each: ${path}.\nWritten to ${record}.\n`,
    });
    const { names, width, labels, features, model } = await readEmbeddings(path);
    expect({ names, width, labels }).toEqual({
      names: readdirSync(join(cwd, 'photos')),
      width: 64,
      labels: null,
    });
    expect(features.every(Number.isFinite)).toBe(true);
    expect(model).toMatchObject({ experiment: 'small', checkpoint, step: 4, epoch: 1, weights: 'raw' });
    expect(JSON.parse(readFileSync(record, 'utf8'))).toMatchObject({
      embeddings: path,
      data: { name: 'folder', samples: 10, skipped: 0, featureWidth: 64, split: 'all' },
    });
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  it('skips a broken image on request, without changing the features of the others', async () => {
    const broken = join(cwd, 'photos', '03-broken.jpg');
    writeFileSync(broken, 'no image');
    try {
      const refused = await runHere('embed', ...ofPhotos, '--out', 'some.npz');
      expect(refused).toMatchObject({
        code: 1,
        errors: expect.stringContaining(
          `Error: The image ${broken} cannot be read: its contents are not a JPEG`,
        ) as unknown,
      });
      const { code, output } = await runHere(
        'embed',
        ...ofPhotos,
        '--out',
        'some.npz',
        '--data.onBrokenImage',
        'skip',
      );
      expect({ code, output }).toEqual({
        code: 0,
        output: expect.stringContaining(
          `Embedded 10 images of folder as 64 features each, skipping 1 broken images: ${join(cwd, 'some.npz')}.\n`,
        ) as unknown,
      });
    } finally {
      rmSync(broken);
    }
    const [some, all] = await Promise.all(
      ['some', 'photos'].map((name) => readEmbeddings(join(cwd, `${name}.npz`))),
    );
    expect(some?.names).toEqual(all?.names);
    all?.features.forEach((value, i) => expect(some?.features[i]).toBeCloseTo(value, 3));
  });

  it('keeps every batch before one that cannot be read', async () => {
    const last = join(cwd, 'photos', '99-broken.jpg');
    writeFileSync(last, 'no image');
    try {
      // Batches of 3, 3, 3 and 2 images, of which the last is broken.
      const words = [...ofPhotos, '--out', 'first.npz', '--embed.batchSize', '3'];
      expect(await runHere('embed', ...words)).toMatchObject({ code: 1 });
      expect(positionOf(join(cwd, 'first.npz.part'))).toBe(3);
    } finally {
      rmSync(last);
    }
  });

  it('continues after a kill, to the same bytes', async () => {
    const words = ['embed', '--embed.batchSize', '64', '--split', 'test'];
    const child = new Child(small, [...words, '--out', 'killed.npz'], { cwd });
    const part = join(cwd, 'killed.npz.part');
    while (!(positionOf(part) > 0)) await new Promise((resolve) => setImmediate(resolve));
    child.kill('SIGKILL');
    expect(await child.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(existsSync(join(cwd, 'killed.npz'))).toBe(false);
    const { code, output } = await runHere(...words, '--out', 'killed.npz');
    expect(code).toBe(0);
    expect(output).toMatch(/^Continuing after the \d+ images in .*killed\.npz\.part\.$/m);
    expect(await runHere(...words, '--out', 'whole.npz', '--data.workers', '2')).toMatchObject({ code: 0 });
    const [killed, whole] = ['killed', 'whole'].map((name) => readFileSync(join(cwd, `${name}.npz`)));
    expect(killed?.equals(whole ?? Buffer.alloc(0))).toBe(true);
    expect(existsSync(part)).toBe(false);
  });
});

/** Batches that a work of embedding knows to be on disk. */
function positionOf(part: string): number {
  try {
    return (JSON.parse(readFileSync(join(part, 'position.json'), 'utf8')) as { batches: number }).batches;
  } catch {
    return 0;
  }
}

describe('neighbours', () => {
  it('prints the nearest images, and shows them on a page', async () => {
    const query = join('photos', readdirSync(join(cwd, 'photos'))[4] ?? '');
    const words = ['--embeddings', 'photos.npz', '--k', '3', '--html', 'near.html', '--data.path', 'photos'];
    const { code, output } = await runHere('neighbours', query, ...words);
    expect(code).toBe(0);
    const lines = output.split('\n');
    expect(lines.slice(0, 2)).toEqual([`Nearest to ${query}:`, `  1.0000  ${query.slice('photos/'.length)}`]);
    expect(lines.filter((line) => /^ {2}-?\d\.\d{4} {2}/.test(line))).toHaveLength(3);
    const page = readFileSync(join(cwd, 'near.html'), 'utf8');
    expect(page.match(/src="data:image\/jpeg;base64,/g)).toHaveLength(4);
    const [record, sheet] = output
      .match(/\S+\.neighbours(?=\{?\.)/)!
      .flatMap((stem) => [`${stem}.json`, `${stem}.png`]);
    expect(JSON.parse(readFileSync(record!, 'utf8'))).toMatchObject({ found: [{ query }] });
    // A query and three neighbours, with two pixels per CSS pixel.
    expect(await sharp(sheet).metadata()).toMatchObject({ format: 'png', width: 2 * 656, height: 2 * 212 });
  });

  it('rejects embeddings of another model', async () => {
    const { code, errors } = await runHere(
      'neighbours',
      'photos/00.jpg',
      '--embeddings',
      'photos.npz',
      '--untrained',
    );
    expect({ code, errors }).toEqual({
      code: 1,
      errors:
        `Error: The embeddings in photos.npz are from small at step 4 (${checkpoint}), but this model is small with ` +
        'random weights. Features can be compared only if they come from the same weights and the same view. Give ' +
        `--checkpoint ${checkpoint}, or embed the images again.\n`,
    });
  });
});

describe('map', () => {
  it('draws new images without labels by clusters, into the folder of the run that embeds them', async () => {
    const words = ['--data.path', 'photos', '--data.name', 'folder', '--clusters', '2'];
    const { code, output } = await runHere('map', ...words);
    const stem = join(cwd, 'runs', 'small', 'version_0', 'evaluations', 'epoch=0-step=4.map');
    expect({ code, output }).toEqual({
      code: 0,
      output:
        '10 images of folder, split train, by 64 features each. Close points are similar; the distance between distant ones means little. ' +
        'Colours are clusters of the features (k-means), because there are no labels.\n' +
        `Written to ${stem}.json, .html and .png.\n`,
    });
    const page = readFileSync(`${stem}.html`, 'utf8');
    for (const text of ['cluster 2', '09.jpg', 'data:image/webp;base64,']) expect(page).toContain(text);
    expect(page).not.toContain('cluster 3');
    expect(JSON.parse(readFileSync(`${stem}.json`, 'utf8'))).toMatchObject({
      data: { method: 'umap', clusters: 2, split: 'train', samples: 10, featureWidth: 64 },
    });
  });

  it('draws the split that --split names', async () => {
    const held = ['--data.path', 'photos', '--data.name', 'folder', '--data.testFraction', '0.5'];
    const drawn = async (...words: readonly string[]): Promise<string> =>
      (await runHere('map', ...held, '--method', 'pca', ...words)).output;
    const [usual, train, all] = [
      await drawn(),
      await drawn('--split', 'train'),
      await drawn('--split', 'all'),
    ].map((output) => Number(/^(\d+) images of folder, split/.exec(output)?.[1]));
    expect(all).toBe(10);
    expect(usual! + train!).toBe(10);
    expect(existsSync(join(cwd, 'runs/small/version_0/evaluations/epoch=0-step=4.map.all.html'))).toBe(true);
  });
});
