import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Child, runChild, small, temporaryFolder } from '../run/child';
import type { Ended } from '../run/child';

const experiment = 'bench/faults/experiment.ts';
const heartbeat = 3;
const cwd = temporaryFolder();

/** A run on two ranks with its own folder and mark of trouble. */
function wordsOf(name: string, ...args: readonly string[]): string[] {
  const own = ['--trainer.defaultRootDir', name, '--mark', `${name}.mark`];
  return [...own, '--cluster.heartbeatSeconds', String(heartbeat), ...args];
}

const runOn = (name: string, ...args: readonly string[]): Promise<Ended> =>
  runChild(experiment, wordsOf(name, ...args), { cwd });

/** What a whole run of eight updates leaves behind, by content. */
function remainsOf(name: string): Record<string, string> {
  const folder = join(cwd, name, 'faults', 'version_0');
  const last = join('checkpoints', 'epoch=1-step=8');
  const files = ['metrics.csv', join(last, 'model.safetensors'), join(last, 'optimizer.safetensors')];
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );
}

const pidsIn = (output: string): number[] => [
  ...new Set([...output.matchAll(/\(process (\d+)\)/g)].map(([, pid]) => Number(pid))),
];

/** Whether a process is there, other than as a zombie that nobody has waited for yet. */
function lives(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false;
  return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

async function gone(pids: readonly number[], withinSeconds: number): Promise<boolean> {
  for (let waited = 0; waited < withinSeconds; waited += 0.1) {
    if (!pids.some(lives)) return true;
    await wait(100);
  }
  return false;
}

/** When the trouble came, from its mark. */
const secondsSince = (name: string, ended: number): number =>
  (ended - Number(readFileSync(join(cwd, `${name}.mark`), 'utf8'))) / 1000;

describe('a run on two local ranks', () => {
  let whole: Ended;
  let remains: Record<string, string>;

  beforeAll(async () => {
    whole = await runOn('whole');
    remains = remainsOf('whole');
  }, 60_000);

  it('trains, names the rank before each line, and leaves the files of one run', () => {
    expect({ code: whole.code, signal: whole.signal }).toEqual({ code: 0, signal: null });
    expect(whole.output).toContain('[rank 0] update 8 ');
    expect(whole.output).toContain('[rank 1] update 8 ');
    expect(whole.errors).not.toContain('[rank 1]');
    expect(readdirSync(join(cwd, 'whole', 'faults'))).toEqual(['version_0']);
  });

  it('leaves no process behind', async () => {
    expect(pidsIn(whole.output)).toHaveLength(2);
    expect(await gone(pidsIn(whole.output), 2)).toBe(true);
  });

  it.each([
    ['kill', '1', 'was killed by SIGKILL', 1],
    ['kill', '0', 'was killed by SIGKILL', 1],
    ['stop', '1', 'is stopped (SIGSTOP) and no longer responds', 1],
    ['exit', '1', 'ended with exit code 7', 7],
  ])(
    'ends within twice the heartbeat and names the rank: %s of rank %s',
    async (trouble, rank, how, code) => {
      const name = `${trouble}-${rank}`;
      const ended = await runOn(name, '--trouble', trouble, '--troubleRank', rank);
      expect(secondsSince(name, Date.now())).toBeLessThan(2 * heartbeat);
      expect(ended.code).toBe(code);
      expect(ended.errors).toMatch(
        new RegExp(`Error: Rank ${rank} of 2 \\(process \\d+\\) ${how.replace(/[()]/g, '\\$&')}`),
      );
      expect(ended.errors).toContain(`  [rank ${rank}] update 3 (process`);
      expect(ended.errors).toContain('--resume last');
      expect(await gone(pidsIn(ended.output), 2)).toBe(true);
    },
    60_000,
  );

  it('starts all ranks again from the last checkpoint, to the same bits', async () => {
    const ended = await runOn('restarted', '--trouble', 'kill', '--max-restarts', '2');
    expect(ended.code).toBe(0);
    expect(ended.errors).toContain(
      'WARNING: Restarting all ranks (1 of at most 2): rank 1 was killed by SIGKILL.',
    );
    expect(ended.errors).toContain('[rank 0] Resumed from');
    expect(pidsIn(ended.output)).toHaveLength(4);
    expect(remainsOf('restarted')).toEqual(remains);
  }, 60_000);

  it('reports the error of a rank once, in its own words', async () => {
    const ended = await runOn('throwing', '--trouble', 'throw');
    expect(ended.code).toBe(1);
    expect(ended.errors.split('the bell has no clapper')).toHaveLength(2);
    expect(ended.errors).toContain("[rank 1] Error: Plugin 'trouble' failed in onTrainBatchEnd");
  }, 60_000);

  it('reports once how the models of ranks differ', async () => {
    const ended = await runOn('differing', '--trouble', 'model');
    expect(ended.code).toBe(1);
    expect(ended.errors.match(/Error: The ranks do not have the same model/g)).toHaveLength(1);
    expect(ended.errors).toContain(
      "'projection_head.layers.0.weight' is F32 [32, 64] on rank 0 and F32 [24, 64] on rank 1",
    );
    expect(ended.errors).not.toContain('--resume');
  }, 60_000);

  it('saves on SIGTERM to the launcher, and resumes to the same bits', async () => {
    const run = new Child(experiment, wordsOf('ended', '--pauseMilliseconds', '400'), { cwd });
    await run.wrote('[rank 0] update 3 ');
    run.kill('SIGTERM');
    const ended = await run.ended;
    expect(ended.code).toBe(143);
    expect(ended.errors).toContain('(interrupted)');
    expect(ended.errors).not.toContain('Error:');
    const resumed = await runOn('ended', '--resume', 'last');
    expect(resumed.code).toBe(0);
    expect(remainsOf('ended')).toEqual(remains);
  }, 60_000);

  it('saves when the terminal of the launcher is closed, however often it is signalled', async () => {
    const run = new Child(experiment, wordsOf('hung-up', '--pauseMilliseconds', '1500'), { cwd });
    await run.wrote('[rank 0] update 3 ');
    run.kill('SIGHUP');
    await wait(700);
    run.kill('SIGHUP');
    const ended = await run.ended;
    expect(ended.code).toBe(129);
    expect(ended.errors).toContain('(interrupted)');
    expect(ended.errors).not.toContain('Error:');
  }, 60_000);

  it('ends all at once on a second signal', async () => {
    const run = new Child(experiment, wordsOf('twice', '--pauseMilliseconds', '20000'), { cwd });
    await run.wrote('[rank 1] update 1 ');
    await run.wrote('[rank 0] update 1 ');
    const pids = pidsIn(run.output);
    run.kill('SIGTERM');
    await wait(800);
    run.kill('SIGTERM');
    const { code, errors } = await run.ended;
    expect(code).toBe(143);
    expect(errors).not.toContain('Error:');
    expect(await gone(pids, 2)).toBe(true);
  }, 60_000);

  it('leaves no rank behind when the launcher is killed, not even a stopped one', async () => {
    const run = new Child(experiment, wordsOf('orphans', '--pauseMilliseconds', '500'), { cwd });
    await run.wrote('[rank 1] update 1 ');
    await run.wrote('[rank 0] update 1 ');
    const pids = pidsIn(run.output);
    expect(pids).toHaveLength(2);
    process.kill(pids[0]!, 'SIGSTOP');
    run.kill('SIGKILL');
    await run.ended;
    expect(await gone(pids, 3)).toBe(true);
  }, 60_000);

  it('runs in a network of its own with --isolate', async () => {
    const ended = await runOn('isolated', '--isolate', '--trainer.maxEpochs', '1');
    expect(ended.errors).not.toContain('Error:');
    expect(ended.code).toBe(0);
    expect(ended.output).toContain('[rank 1] update 4 ');
  }, 60_000);
});

describe('ranks that another launcher starts', () => {
  const variables = (rank: number, ports: readonly number[]): NodeJS.ProcessEnv => ({
    TF_CONFIG: JSON.stringify({
      cluster: { worker: ports.map((port) => `127.0.0.1:${port}`) },
      task: { type: 'worker', index: rank },
    }),
  });
  const listening = async (): Promise<{ port: number; close: () => void }> => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
    return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
  };
  const freePorts = async (): Promise<number[]> => {
    const servers = [await listening(), await listening()];
    for (const { close } of servers) close();
    return servers.map(({ port }) => port);
  };
  const start = (name: string, rank: number, ports: readonly number[], ...args: readonly string[]) =>
    runChild(experiment, wordsOf(name, ...args), { cwd, env: variables(rank, ports) });

  it('train together under TF_CONFIG', async () => {
    const ports = await freePorts();
    const ended = await Promise.all([0, 1].map((rank) => start('tf-config', rank, ports)));
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(remainsOf('tf-config')).toEqual(remainsOf('whole'));
  }, 60_000);

  it('name the rank that did not arrive', async () => {
    const ports = await freePorts();
    const { code, errors } = await start('missing', 0, ports, '--cluster.joinSeconds', '2');
    expect(code).toBe(1);
    expect(errors).toContain(
      `Rank 1 (127.0.0.1:${ports[1]}) did not arrive within 2 s, so rank 0 of 2 cannot train.`,
    );
  }, 60_000);

  it('name the port that is in use', async () => {
    const [, free] = await freePorts();
    const { port, close } = await listening();
    const { code, errors } = await start('taken', 0, [port, free!], '--cluster.joinSeconds', '2');
    close();
    expect(code).toBe(1);
    expect(errors).toContain(`Rank 0 cannot listen on 127.0.0.1:${port}: another program uses this port.`);
  }, 60_000);
});

describe('--devices', () => {
  it('needs a plugin that says what ranks exchange, and reports its absence before it starts any', async () => {
    const { code, errors } = await runChild(small, ['--devices', '2'], { cwd });
    expect(code).toBe(2);
    expect(errors).toContain(
      "'small' was started on 2 ranks, but none of its plugins defines what they exchange.",
    );
    expect(errors).toContain('Add dataParallel() to the plugins of the experiment.');
    expect(errors).not.toContain('[rank');
  }, 30_000);

  it('reports once what is wrong with the options', async () => {
    const { code, errors } = await runChild(experiment, ['--devices', 'two', '--max-restarts', '-1'], {
      cwd,
    });
    expect(code).toBe(2);
    expect(errors).toContain('--devices: must be a whole number of devices, or auto');
    expect(errors).toContain('--max-restarts: must not be negative');
  }, 30_000);
});
