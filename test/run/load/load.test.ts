import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { liveCounts, start } from '../../../src/engine';
import { isSameModel, readEmbeddings } from '../../../src/evaluation';
import { load } from '../../../src/run';
import { runChild, small, temporaryFolder } from '../child';
import { writePhotos } from '../helpers/photos';

const cwd = temporaryFolder();
const folder = join(cwd, 'runs', 'small', 'version_0');
let paths: string[];

beforeAll(async () => {
  await start();
  paths = await writePhotos(join(cwd, 'photos'), 6);
  expect(await runChild(small, ['--trainer.maxEpochs', '1'], { cwd })).toMatchObject({ code: 0 });
  const words = ['embed', '--data.path', 'photos', '--data.workers', '0', '--out', 'photos.npz'];
  expect(await runChild(small, words, { cwd })).toMatchObject({ code: 0 });
});

describe('load', () => {
  it('finds the class of a run from its record, and encodes as the command embed does', async () => {
    const before = liveCounts();
    const encoder = await load(folder);
    const embeddings = await readEmbeddings(join(cwd, 'photos.npz'));
    expect(encoder.featureWidth).toBe(64);
    expect(embeddings.model !== null && isSameModel(embeddings.model, encoder.model)).toBe(true);
    const [first = '', ...rest] = paths;
    const features = await encoder.encode([await readFile(first), ...rest]);
    features.forEach((row, i) => {
      row.forEach((value, j) => expect(value).toBeCloseTo(embeddings.features[i * 64 + j] ?? NaN, 3));
    });
    await encoder.dispose();
    expect(liveCounts()).toEqual(before);
  });

  it('loads the given checkpoint, and several at once', async () => {
    const encoders = await Promise.all([
      load(folder, { checkpoint: 'epoch=0-step=2' }),
      load(join(folder, 'checkpoints', 'last')),
    ]);
    expect(encoders.map(({ model }) => model.step)).toEqual([2, 4]);
    const [early, late] = await Promise.all(encoders.map((encoder) => encoder.encode(paths.slice(0, 1))));
    expect(early).toHaveLength(1);
    expect(early).not.toEqual(late);
    for (const encoder of encoders) await encoder.dispose();
  });

  it('reports a problem with a path, a choice or a run', async () => {
    await expect(load(join(cwd, 'gone'))).rejects.toThrow(
      `${join(cwd, 'gone')} does not exist. Name a run's folder, such as runs/fastsiam/version_0, or pass the experiment's ` +
        'class as the option experiment.',
    );
    await expect(load(folder, { weights: 'averaged' })).rejects.toThrow(
      "'--weights averaged' was given, but no plugin of 'small' averages weights.",
    );
    await expect(load(folder, { batchSize: 0 })).rejects.toThrow(
      'The batchSize of load() is 0. Use a whole number above 0.',
    );
    const other = join(cwd, 'runs', 'lost', 'version_0');
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, 'environment.yaml'), 'command: [/gone/lost.ts]\n');
    writeFileSync(join(other, 'config.yaml'), 'name: lost\n');
    await expect(load(other)).rejects.toThrow(
      "The class of the experiment 'lost' was not found. The run was started from /gone/lost.ts, which does not exist. Pass it as the " +
        "option experiment: load('runs/mine/version_0', { experiment: Mine }).",
    );
  });
});
