import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const look = 'Set FULGUR_DEBUG=1 to see where it occurred.';

function fail(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return runChild(small, args, { cwd, env });
}

describe('a run that fails', () => {
  it.each([
    [
      'the experiment cannot be built',
      'constructor',
      `Error: The experiment 'small' could not be built: no room for the heads. Correct the fields and the constructor of Small.\n${look}\n`,
    ],
    [
      'trainingStep throws',
      'step',
      'Error: The module Small failed in trainingStep: views are not what they were. ' +
        'Its input was { views: [float32 [16, 32, 32, 3], float32 [16, 32, 32, 3]], labels: int32 [16], indices: int32 [16] }. ' +
        `Correct it there; with --trainer.compile false it runs operation by operation, and values can be inspected.\n${look}\n`,
    ],
    [
      'a plugin throws',
      'plugin',
      `Error: Plugin 'pace' failed in onTrainBatchEnd: the bell has no clapper. Correct the plugin, or remove it from the experiment's plugins.\n${look}\n`,
    ],
    [
      'the loss is not a number',
      'nan',
      'Error: The loss became NaN in step 0 (epoch 0, batch 0). The weights after such a step are useless, so training ends here. ' +
        'Try a lower learning rate, warm-up or gradient clipping; --trainer.detectAnomaly true names the operation that makes the first NaN. If there is a checkpoint, it was written before this step.\n',
    ],
  ])('prints one clear sentence and ends with code 1 when %s', async (_, failure, message) => {
    const { code, signal, errors, output } = await fail(['--failure', failure]);
    expect(errors).toBe(message);
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(output).not.toMatch(/^ {4}at /m);
  });

  it('shows where the error occurred if FULGUR_DEBUG is set', async () => {
    const { code, errors } = await fail(['--failure', 'step'], { FULGUR_DEBUG: '1' });
    expect(code).toBe(1);
    expect(errors).toContain('TypeError: views are not what they were\n');
    expect(errors).toMatch(/^ +at Small\.trainingStep \(.*small\.ts:\d+:\d+\)$/m);
  });

  it('reports a missing or foreign checkpoint before it makes anything', async () => {
    const foreign = join(cwd, 'runs', 'other', 'version_0', 'checkpoints', 'one');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'manifest.json'), '{}');
    writeFileSync(join(cwd, 'file'), '');
    const ended = await Promise.all([
      fail(['--resume', 'last', '--trainer.defaultRootDir', 'nowhere']),
      fail(['--resume', 'gone/checkpoint']),
      fail(['--resume', foreign]),
      fail(['--resume', 'best', '--trainer.fastDevRun']),
    ]);
    expect(ended.map(({ code, errors }) => ({ code, errors }))).toEqual([
      {
        code: 1,
        errors: `Error: No run in ${join(cwd, 'nowhere', 'small')} has a checkpoint 'last'. Train first, or name the folder of a checkpoint.\n`,
      },
      {
        code: 1,
        errors: `Error: The checkpoint ${join(cwd, 'gone/checkpoint')} does not exist. Name the folder of a checkpoint, of checkpoints or of a run, or 'last' for the newest.\n`,
      },
      {
        code: 1,
        errors: `Error: The checkpoint ${foreign} belongs to a run of 'other', but this experiment is 'small'. Name a checkpoint of 'small'.\n`,
      },
      {
        code: 2,
        errors:
          "Error: '--resume best' was given to a trial run (trainer.fastDevRun). A trial has its own folder, without checkpoints. Name the checkpoint's folder after --resume.\n",
      },
    ]);
    expect(ended.map(({ output }) => output)).toEqual(['', '', '', '']);
  });
});
