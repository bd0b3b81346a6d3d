import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { decodeSafetensors } from '../../src';
import { runChild, temporaryFolder } from '../run/child';
import type { Ended } from '../run/child';

const root = resolve(__dirname, '../..');
const project = temporaryFolder();

/** A photo as a PPM file: stripes of two colours, its own for each number. */
function photo(number: number): Buffer {
  const [width, height] = [40, 30];
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const column = Math.floor(at / 3) % width;
    return ((column + number) % 8 < 4 ? 40 : 200) + ((number * (at % 3)) % 50);
  });
  return Buffer.concat([Buffer.from(`P6 ${width} ${height} 255\n`), pixels]);
}

/** The project lies outside of this repository, and is run from its own folder. */
beforeAll(() => {
  cpSync(join(__dirname, 'my-photos'), project, { recursive: true });
  for (const file of readdirSync(project)) {
    const text = readFileSync(join(project, file), 'utf8');
    writeFileSync(join(project, file), text.replaceAll("'../../../", `'${root}/`));
  }
  mkdirSync(join(project, 'photos'));
  const names = Array.from({ length: 36 }, (_, number) => `photo-${number}.ppm`);
  for (const [number, name] of names.entries()) writeFileSync(join(project, 'photos', name), photo(number));
  writeFileSync(join(project, 'photos', 'list.csv'), names.map((name) => `${name}\n`).join(''));
});

function runHere(file: string, runs: string, ...words: readonly string[]): Promise<Ended> {
  const command = words[0]?.startsWith('--') === false ? words.slice(0, 1) : [];
  const args = [...command, '--trainer.defaultRootDir', runs, ...words.slice(command.length)];
  return runChild(relative(root, join(project, file)), args, { cwd: project });
}

async function succeed(runs: string, ...args: readonly string[]): Promise<void> {
  const { code, errors } = await runHere('my-photos.ts', runs, ...args);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
}

function inRun(runs: string, ...path: readonly string[]): string {
  return join(project, runs, 'my-photos', 'version_0', ...path);
}

function weightsOf(runs: string, checkpoint: string): unknown {
  return decodeSafetensors(readFileSync(inRun(runs, 'checkpoints', checkpoint, 'model.safetensors')));
}

function lossesOf(runs: string): number[] {
  const [head = '', ...rows] = readFileSync(inRun(runs, 'metrics.csv'), 'utf8').trim().split('\n');
  const at = head.split(',').indexOf('loss');
  return rows.map((row) => Number(row.split(',')[at]));
}

describe("a user's project, on the user's photos", () => {
  beforeAll(async () => {
    await succeed('whole', '--data.workers', '1');
  });

  it('trains on unlabelled photos of a list', () => {
    // Of 36 photos, four batches of 8 an epoch.
    expect(lossesOf('whole')).toHaveLength(8);
    expect(lossesOf('whole').every((loss) => loss > 0 && loss < 4)).toBe(true);
  });

  it('resumes in the middle of an epoch to the same bits, with another number of threads', async () => {
    await succeed('cut', '--trainer.maxSteps', '6', '--data.workers', '2');
    await succeed('cut', '--resume', 'last', '--trainer.maxSteps', '8', '--data.workers', '0');
    expect(weightsOf('cut', 'epoch=1-step=8')).toEqual(weightsOf('whole', 'epoch=1-step=8'));
    expect(lossesOf('cut')).toEqual(lossesOf('whole'));
  });

  it('trains on two ranks, and resumes there in the middle of an epoch to the same bits', async () => {
    const two = ['--devices', '2', '--data.batchSize', '4', '--data.workers', '1'];
    await succeed('ranks', ...two);
    await succeed('cut-ranks', ...two, '--trainer.maxSteps', '6');
    await succeed('cut-ranks', '--devices', '2', '--resume', 'last', '--trainer.maxSteps', '8');
    expect(weightsOf('cut-ranks', 'epoch=1-step=8')).toEqual(weightsOf('ranks', 'epoch=1-step=8'));
    expect(lossesOf('ranks')).toHaveLength(8);
  });

  it('trains in bf16, close to float32, and accumulates gradients', async () => {
    await succeed('bf16', '--trainer.precision', 'bf16-mixed', '--data.workers', '1');
    const [whole, half] = [lossesOf('whole'), lossesOf('bf16')];
    expect(half).not.toEqual(whole);
    // Steps on so few photos part soon; the first two see almost the same weights.
    const apart = half.map((loss, step) => Math.abs(loss - (whole[step] ?? NaN)));
    expect(Math.max(...apart.slice(0, 2))).toBeLessThan(0.05);
    expect(Math.max(...apart)).toBeLessThan(0.5);
    await succeed('accumulated', '--trainer.accumulateGradBatches', '2', '--data.workers', '1');
    expect(readdirSync(inRun('accumulated', 'checkpoints'))).toContain('epoch=1-step=4');
  });

  it('is not evaluated by classes that the photos do not have, which is reported', async () => {
    const sentence =
      'No sample of the data set photoList (train) has a label, but features are evaluated by the classes of images. ' +
      'Add labels, or use an evaluation that needs none, such as the plugin collapseSentinel().\n';
    expect(await runHere('my-photos.ts', 'whole', 'knn')).toMatchObject({
      code: 1,
      errors: `Error: ${sentence}`,
    });
    expect(await runHere('judged.ts', 'judged', '--trainer.maxSteps', '2')).toMatchObject({
      code: 0,
      errors: `WARNING: knnEval() measures nothing in this run. ${sentence}`,
    });
  });
});
