import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Child, runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const experiment = 'test/run/experiments/taught.ts';
const cwd = temporaryFolder();

const wordsOf = (root: string, args: readonly string[]): string[] => [
  ...['--trainer.defaultRootDir', root, '--data.fallback', 'digits'],
  ...args,
];

/** Everything that the run leaves in its last checkpoint, except for its list of files, and its metrics, by content. */
function remainsOf(root: string): Record<string, string> {
  const folder = join(cwd, root, 'taught', 'version_0');
  const last = join('checkpoints', readFileSync(join(folder, 'checkpoints', 'last'), 'utf8').trim());
  const files = [
    'metrics.csv',
    ...readdirSync(join(folder, last)).flatMap((file) =>
      file === 'manifest.json' ? [] : [join(last, file)],
    ),
  ];
  return Object.fromEntries(
    files.sort().map((file) => {
      const content = readFileSync(join(folder, file));
      // What the run was started with, which reports pauses.
      const own = file.endsWith('state.json')
        ? JSON.stringify({
            ...(JSON.parse(content.toString()) as object),
            origin: null,
            hyperparameters: null,
          })
        : content;
      return [file, createHash('sha256').update(own).digest('hex')];
    }),
  );
}

/** Kills the run and each of its ranks once all of them have reported an update. */
async function killedIn(root: string, args: readonly string[], ranks: number): Promise<Ended> {
  const run = new Child(experiment, wordsOf(root, ['--pauseMilliseconds', '1500', ...args]), { cwd });
  const marks = ranks === 1 ? ['update 3 '] : ['[rank 0] update 3 ', '[rank 1] update 3 '];
  for (const mark of marks) await run.wrote(mark);
  run.kill('SIGKILL');
  const told = [...run.output.matchAll(/\(process (\d+)\)/g)].map(([, pid]) => Number(pid));
  for (const pid of new Set(told)) killRank(pid);
  return run.ended;
}

function killRank(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It was the process that was killed first, or has ended with it.
  }
}

describe('a run with teachers, a queue and averages that is killed with SIGKILL in mid-epoch', () => {
  it.each([
    ['alone', 1, []],
    [
      'alone, with accumulated gradients in bf16-mixed',
      1,
      [
        '--trainer.accumulateGradBatches',
        '2',
        '--trainer.limitTrainBatches',
        '10',
        '--trainer.precision',
        'bf16-mixed',
      ],
    ],
    ['on two ranks', 2, ['--devices', '2']],
  ] as const)(
    'ends with the bits of an uninterrupted one: %s',
    async (name, ranks, args) => {
      const whole = await runChild(experiment, wordsOf(`whole ${name}`, args), { cwd });
      expect({ ...whole, output: '' }).toEqual({ code: 0, signal: null, errors: whole.errors, output: '' });
      const killed = await killedIn(`killed ${name}`, args, ranks);
      expect(killed.signal).toBe('SIGKILL');
      const again = ['--resume', 'last', '--pauseMilliseconds', '0', ...args.slice(0, ranks === 1 ? 0 : 2)];
      const resumed = await runChild(experiment, wordsOf(`killed ${name}`, again), { cwd });
      expect({ code: resumed.code, errors: resumed.errors }).toEqual({ code: 0, errors: resumed.errors });
      expect(resumed.errors).toMatch(/epoch=0-step=2: epoch 0, batch [24], step 2\.\n/);
      const remains = remainsOf(`whole ${name}`);
      expect(Object.keys(remains).length).toBeGreaterThan(4);
      expect(remainsOf(`killed ${name}`)).toEqual(remains);
    },
    600_000,
  );
});
