import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child, runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const given = ['--lr', '0.1', '--width', '4', '--data.batchSize', '8', '--trainer.limitTrainBatches', '3'];

function runIn(root: string, ...args: readonly string[]): Promise<Ended> {
  const command = args[0] === 'knn' ? [args[0]] : [];
  return runChild(small, [...command, '--trainer.defaultRootDir', root, ...args.slice(command.length)], {
    cwd,
  });
}

function weightsOf(root: string, checkpoint: string): string {
  const file = join(cwd, root, 'small', 'version_0', 'checkpoints', checkpoint, 'model.safetensors');
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** A picture of one colour, as a BMP of 24 bits. */
function picture(shade: number): Buffer {
  const side = 32;
  const file = Buffer.alloc(54 + side * side * 3, shade);
  file.fill(0, 0, 54);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(side, 18);
  file.writeInt32LE(side, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

describe('a run with its own options that was interrupted in the middle of an epoch', () => {
  beforeAll(async () => {
    const whole = await runIn('whole', ...given, '--trainer.maxSteps', '6');
    expect(whole).toMatchObject({ code: 0, errors: '' });
    const cut = await runIn('cut', ...given, '--trainer.maxSteps', '4');
    expect(cut).toMatchObject({ code: 0, errors: '' });
  });

  it('rejects options that would change its samples or updates, in one error', async () => {
    const { code, errors } = await runIn('cut', '--resume', 'last', '--data.batchSize', '16', '--seed', '1');
    expect(errors).toBe(
      [
        `Error: The checkpoint ${join(cwd, 'cut/small/version_0/checkpoints/epoch=1-step=4')} cannot be resumed with these differences:`,
        '  seed: 0 before, 1 now; different samples would come next',
        '  data.batchSize: 8 before, 16 now; different samples would come next',
        'Leave out these options, or restore them in the experiment: the recorded values then apply. ' +
          'The checkpoint is in the middle of an epoch; --allowChanges can resume from one at the end of an epoch.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(1);
  });

  it('reports why a resume fails, and nothing about a state that could not be saved', async () => {
    const { code, errors, output } = await runIn('cut', '--resume', 'last', '--width', '8');
    expect(code).toBe(1);
    expect(errors).toMatch(/^Error: The state does not fit Small: /);
    expect(output + errors).not.toContain('could not be saved');
  });

  it('reports why an evaluation fails, and nothing about a state that could not be saved', async () => {
    const { code, errors, output } = await runIn('cut', 'knn', '--width', '8');
    expect(code).toBe(1);
    expect(errors).toMatch(/^Error: The state does not fit Small: /);
    expect(output + errors).not.toContain('could not be saved');
  });

  it('is evaluated with its own model and data', async () => {
    const { code, output } = await runIn('cut', 'knn', '--knn.bankLimit', '32', '--knn.queryLimit', '16');
    expect({ code, output }).toEqual({
      code: 0,
      output: expect.stringContaining('knn_accuracy = ') as unknown,
    });
    expect(output).toContain('width 4 (otherwise 8)');
  });

  it('resumes with them by --resume last alone, to the same bits', async () => {
    const { code, output } = await runIn('cut', '--resume', 'last', '--trainer.maxSteps', '6');
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain(
      "Taken over from the checkpoint's run: trainer.limitTrainBatches 3 (otherwise 4), data.batchSize 8 (otherwise 16), lr 0.1 (otherwise 0.06), width 4 (otherwise 8).",
    );
    expect(output).toContain('Changed since the checkpoint: trainer.maxSteps (4 before, 6 now).');
    expect(weightsOf('cut', 'epoch=1-step=6')).toBe(weightsOf('whole', 'epoch=1-step=6'));
  });
});

it('a run over a folder to which images were added is rejected, and resumes when they are gone', async () => {
  const images = join(cwd, 'images');
  for (const name of ['cats', 'dogs']) {
    mkdirSync(join(images, name), { recursive: true });
    for (let i = 0; i < 20; i++)
      writeFileSync(join(images, name, `${String(i).padStart(2, '0')}.bmp`), picture(10 * i));
  }
  const data = ['--data.name', 'folder', '--data.path', images, '--data.batchSize', '8', '--width', '4'];
  expect(await runIn('folder', ...data, '--trainer.maxSteps', '2')).toMatchObject({ code: 0, errors: '' });
  for (let i = 0; i < 10; i++) writeFileSync(join(images, 'cats', `new ${i}.bmp`), picture(3));
  const { code, errors } = await runIn('folder', '--resume', 'last', '--trainer.maxSteps', '3');
  expect(errors).toMatch(
    /^Error: The data is not that of the checkpoint .*: there were 36 samples of folder in 2 classes, and now there are 45 samples of folder in 2 classes\. Samples would be skipped or repeated\. Restore the data/,
  );
  expect(code).toBe(1);
  for (let i = 0; i < 10; i++) rmSync(join(images, 'cats', `new ${i}.bmp`));
  const moved = join(cwd, 'moved');
  renameSync(images, moved);
  const args = ['--resume', 'last', '--trainer.maxSteps', '3', '--data.path', moved];
  expect(await runIn('folder', ...args)).toMatchObject({ code: 0, errors: '' });
});

it('a run on several ranks is rejected once, before any rank is started', async () => {
  const child = new Child(
    small,
    [
      '--trainer.defaultRootDir',
      'cut',
      '--resume',
      'last',
      '--devices',
      '2',
      '--trainer.precision',
      'bf16-mixed',
    ],
    { cwd },
  );
  const { code, errors } = await child.ended;
  expect(code).toBe(1);
  expect(errors).toContain(
    '\n  trainer.precision: "32-true" before, "bf16-mixed" now; every update would be different\n',
  );
  expect(errors.match(/cannot be resumed/g)).toHaveLength(1);
});
