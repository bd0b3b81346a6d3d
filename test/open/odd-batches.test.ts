import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, temporaryFolder } from '../run/child';
import type { Ended } from '../run/child';

const cwd = temporaryFolder();
const odd = 'test/open/experiments/odd-batches.ts';

/** Runs on one kind of batches; besides errors it says which checkpoints it has saved. */
async function train(kind: string, ...args: readonly string[]): Promise<Pick<Ended, 'code' | 'errors'>> {
  const words = ['--data.path', kind, '--trainer.defaultRootDir', kind, ...args];
  const { code, errors } = await runChild(odd, words, { cwd });
  return { code, errors: errors.replace(/^(Saved|Changed|Resumed|Set FULGUR_DEBUG=1) .*\n/gm, '') };
}

describe('a run on batches that break their contract', () => {
  const fix = 'Set batchesPerEpoch of the batch source to the number of batches that epoch() yields.';

  it.each([
    [
      'bare',
      'Held-out samples were requested, but the batches odd have none. ' +
        'Return heldOut from open in defineBatches; for a fit, --trainer.limitValBatches 0 turns validation off.',
    ],
    [
      'closed',
      'The batches odd cannot be opened: the archive is locked. ' +
        'Correct their options or data, or open in defineBatches.',
    ],
  ])('ends before training with an error: %s', async (kind, sentence) => {
    expect(await train(kind)).toMatchObject({ code: 1, errors: `Error: ${sentence}\n` });
    expect(existsSync(join(cwd, kind, 'odd-batches/version_0/checkpoints'))).toBe(false);
  });

  it('needs no held-out samples if it does not validate', async () => {
    expect(await train('bare', '--trainer.limitValBatches', '0')).toMatchObject({ code: 0, errors: '' });
  });

  it('ends if an epoch is too short', async () => {
    expect(await train('short', '--trainer.limitValBatches', '0')).toMatchObject({
      code: 1,
      errors: `Error: The training data returned 3 batches in an epoch that should have 4. ${fix}\n`,
    });
  });

  it('is not resumed in mid-epoch if they start with the first one again', async () => {
    expect(await train('forgetful', '--trainer.maxSteps', '2')).toMatchObject({ code: 0 });
    expect(await train('forgetful', '--resume', 'last', '--trainer.maxSteps', '4')).toMatchObject({
      code: 1,
      errors:
        'Error: The training data returned a batch when asked for those after the last one. ' +
        'A fit that resumes in the middle of an epoch would train on other batches than the remaining ones. ' +
        'Let epoch(epoch, { startBatch }) of the batch source start with batch number startBatch.\n',
    });
  });

  it('does not start on ranks that have different numbers of batches', async () => {
    const { code, errors } = await train('uneven', '--devices', '2');
    expect(code).toBe(1);
    expect(errors).toContain(
      "The ranks do not have the same run: 'data set' is odd, 16 samples on rank 0 and odd, 20 samples on rank 1",
    );
  });

  it('is not evaluated by a plugin that needs images', async () => {
    expect(await runChild('test/open/experiments/judged-batches.ts', [], { cwd })).toMatchObject({
      code: 2,
      errors:
        "Error: Plugin 'linear-probe' works on images, but the experiment supplies its own batches, odd. " +
        'Remove it from the list of plugins, or give the experiment a data set of images.\n',
    });
  });
});
