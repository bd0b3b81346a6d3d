import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { small, temporaryFolder } from './child';

const root = resolve(__dirname, '../..');
const cwd = temporaryFolder();

/** Runs a shell line, in which `$RUN FILE` starts an experiment; gives what it wrote. */
async function shell(line: string, env: NodeJS.ProcessEnv = {}): Promise<{ output: string; errors: string }> {
  const child = spawn('bash', ['-c', line], {
    cwd,
    env: {
      ...process.env,
      RUN: `${process.execPath} -r ${require.resolve('ts-node/register')}`,
      SMALL: join(root, small),
      RANKS: join(root, 'bench/faults/experiment.ts'),
      TS_NODE_PROJECT: join(root, 'tsconfig.json'),
      FULGUR_DEBUG: '',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  await new Promise((done) => child.once('close', done));
  return { output, errors };
}

const short = '--trainer.maxEpochs 1 --trainer.limitTrainBatches 2';
const saved = (name: string, experiment = 'small'): boolean =>
  existsSync(join(cwd, name, experiment, 'version_0', 'checkpoints', 'last'));

describe('a run whose output cannot be written', () => {
  it('continues to its end when its reader has gone, and reports it once', async () => {
    const { output, errors } = await shell(
      `$RUN $SMALL ${short} --trainer.defaultRootDir head | head -1; echo "code \${PIPESTATUS[0]}"`,
    );
    expect(output).toBe('small\ncode 0\n');
    expect(errors).toBe(
      'The standard output can no longer be written (write EPIPE): the run continues without it.\n',
    );
    expect(saved('head')).toBe(true);
  }, 60_000);

  it('continues to its end on a full disk, even without anywhere to report it', async () => {
    const { output, errors } = await shell(
      `$RUN $SMALL ${short} --trainer.defaultRootDir full > /dev/full 2> /dev/full; echo "code $?"`,
    );
    expect({ output, errors }).toEqual({ output: 'code 0\n', errors: '' });
    expect(saved('full')).toBe(true);
  }, 60_000);

  it('continues to its end on two ranks whose lines nothing reads', async () => {
    const { output } = await shell(
      `$RUN $RANKS --trainer.defaultRootDir ranks --mark none 2> /dev/full | head -1; echo "code \${PIPESTATUS[0]}"`,
    );
    expect(output.split('\n').slice(1)).toEqual(['code 0', '']);
    expect(saved('ranks', 'faults')).toBe(true);
  }, 90_000);

  it('still ends with the code of its error', async () => {
    const words = '--trainer.maxEpochs none';
    const { output } = await shell(`$RUN $SMALL ${words} > /dev/full 2>&1; echo "code $?"`);
    expect(output).toBe('code 2\n');
    const help = await shell('$RUN $SMALL --help > /dev/full 2>&1; echo "code $?"');
    expect(help.output).toBe('code 0\n');
  }, 60_000);

  it('can be examined by the doctor', async () => {
    const { output } = await shell(
      `$RUN ${join(root, 'src/doctor.ts')} | head -1; echo "code \${PIPESTATUS[0]}"`,
    );
    expect(output).toMatch(/^ok .*\ncode 0\n$/);
  }, 60_000);
});
