import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Child, readYaml, runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();

/** A pause long enough for a signal to arrive in it. */
function pauseAfter(update: number, milliseconds: number): string[] {
  return ['--pauseAfter', String(update), '--pauseMilliseconds', String(milliseconds)];
}

function runIn(root: string, args: readonly string[] = []): Promise<Ended> {
  return runChild(small, ['--trainer.defaultRootDir', root, ...args], { cwd });
}

function startIn(root: string, args: readonly string[] = []): Child {
  return new Child(small, ['--trainer.defaultRootDir', root, ...args], { cwd });
}

function folderOf(root: string): string {
  return join(cwd, root, 'small', 'version_0');
}

function checkpointsIn(root: string): string[] {
  return readdirSync(join(folderOf(root), 'checkpoints')).sort();
}

/** What a whole run of eight updates leaves behind, by content. */
function remainsOf(root: string): Record<string, string> {
  const last = join('checkpoints', 'epoch=1-step=8');
  const files = ['metrics.csv', join(last, 'model.safetensors'), join(last, 'optimizer.safetensors')];
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folderOf(root), file)))
        .digest('hex'),
    ]),
  );
}

/** What a resumed run says of where it continues. */
function resumedLine(root: string, checkpoint: string, place: string): string {
  return `Resumed from ${join(folderOf(root), 'checkpoints', checkpoint)}: ${place}.`;
}

describe('a run', () => {
  let whole: Ended;
  beforeAll(async () => {
    whole = await runIn('whole');
  });

  it('ends by itself with code 0, and without any error output', () => {
    expect({ ...whole, output: '' }).toEqual({ code: 0, signal: null, errors: '', output: '' });
    expect(whole.output).toContain('update 8\n');
  });

  it('leaves its configuration, environment, metrics and checkpoints in its folder', () => {
    const folder = folderOf('whole');
    expect(readdirSync(folder).sort()).toEqual([
      'checkpoints',
      'config.yaml',
      'environment.yaml',
      'hyperparameters.yaml',
      'metrics.csv',
    ]);
    expect(checkpointsIn('whole')).toEqual([
      'epoch=0-step=2',
      'epoch=0-step=4',
      'epoch=1-step=6',
      'epoch=1-step=8',
      'last',
    ]);
    expect(readYaml(folder, 'config.yaml')).toMatchObject({
      name: 'small',
      seed: 0,
      trainer: { maxEpochs: 2, limitTrainBatches: 4, defaultRootDir: 'whole' },
      data: { name: 'digits', batchSize: 16, transform: { fastSiam: { numViews: 2, minScale: 0.5 } } },
      hyperparameters: { lr: 0.06 },
    });
    expect(readYaml(folder, 'hyperparameters.yaml')).toEqual({
      lr: 0.06,
      pauseAfter: 0,
      pauseMilliseconds: 0,
      failure: 'none',
      width: 8,
    });
    expect(readYaml(folder, 'environment.yaml')).toMatchObject({
      node: process.versions.node,
      tensorflow: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      device: { threads: expect.any(Number) as unknown },
      resumedFrom: null,
      data: { name: 'digits', requested: 'digits', samples: 8000, batchSize: 16 },
    });
    const metrics = readFileSync(join(folder, 'metrics.csv'), 'utf8').trimEnd().split('\n');
    expect(metrics[0]).toBe('epoch,step,train_loss_ssl_step,train_loss_ssl_epoch');
    expect(metrics.slice(1).map((row) => row.split(',').slice(0, 2).join())).toEqual([
      '0,1',
      '0,2',
      '0,3',
      '0,4',
      '0,4',
      '1,5',
      '1,6',
      '1,7',
      '1,8',
      '1,8',
    ]);
  });

  it('can be repeated bit for bit from the config.yaml that it wrote', async () => {
    const { code, errors } = await runIn('again', ['--config', join(folderOf('whole'), 'config.yaml')]);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(remainsOf('again')).toEqual(remainsOf('whole'));
  });

  it('that was killed resumes from its last checkpoint, in the middle of an epoch, and ends as if it had not been', async () => {
    const killed = startIn('killed', pauseAfter(3, 600_000));
    await killed.wrote('update 3\n');
    killed.kill('SIGKILL');
    expect((await killed.ended).signal).toBe('SIGKILL');
    expect(checkpointsIn('killed')).toEqual(['epoch=0-step=2', 'last']);

    const { code, output } = await runIn('killed', ['--resume', 'last', '--pauseAfter', '0']);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain(resumedLine('killed', 'epoch=0-step=2', 'epoch 0, batch 2, step 2'));
    expect(output).not.toContain('update 2\n');
    expect(remainsOf('killed')).toEqual(remainsOf('whole'));
    expect(readYaml(folderOf('killed'), 'environment_1.yaml')).toMatchObject({
      resumedFrom: join(folderOf('killed'), 'checkpoints', 'epoch=0-step=2'),
    });
  });

  it('that receives Ctrl-C finishes its batch, saves, ends with code 130, and can be resumed from there', async () => {
    const interrupted = startIn('interrupted', pauseAfter(3, 1500));
    await interrupted.wrote('update 3\n');
    interrupted.kill('SIGINT');
    const { code, output, errors } = await interrupted.ended;
    expect({ code, errors }).toEqual({ code: 130, errors: '' });
    expect(output).toContain(
      'Ctrl-C: the run ends after the current batch. Press Ctrl-C again to end at once.\n',
    );
    expect(output).toContain('Saved checkpoint epoch=0-step=3 (interrupted).\n');
    expect(output).toMatch(/^Interrupted after 00:0\d: Ctrl-C$/m);

    const resumed = await runIn('interrupted', ['--resume', 'last']);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.output).toContain(
      resumedLine('interrupted', 'epoch=0-step=3', 'epoch 0, batch 3, step 3'),
    );
    expect(remainsOf('interrupted')).toEqual(remainsOf('whole'));
  });

  it('ends at once, without saving, at the second Ctrl-C', async () => {
    const stubborn = startIn('stubborn', pauseAfter(1, 600_000));
    await stubborn.wrote('update 1\n');
    stubborn.kill('SIGINT');
    await stubborn.wrote('Press Ctrl-C again');
    await wait(600);
    const asked = performance.now();
    stubborn.kill('SIGINT');
    expect(await stubborn.ended).toMatchObject({ code: 130, signal: null });
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(existsSync(join(folderOf('stubborn'), 'checkpoints', 'last'))).toBe(false);
  });

  it('ends with code 143 at SIGTERM, and has saved', async () => {
    const ended = startIn('ended', pauseAfter(1, 1500));
    await ended.wrote('update 1\n');
    ended.kill('SIGTERM');
    const { code, output } = await ended.ended;
    expect({ code, output }).toEqual({ code: 143, output });
    expect(output).toContain('SIGTERM: the run ends after the current batch.');
    expect(checkpointsIn('ended')).toEqual(['epoch=0-step=1', 'last']);
  });

  it('ends with code 129 when its terminal is closed, however often it is signalled, and has saved', async () => {
    const left = startIn('left', pauseAfter(1, 2500));
    await left.wrote('update 1\n');
    left.kill('SIGHUP');
    await wait(700);
    left.kill('SIGHUP');
    expect(await left.ended).toMatchObject({ code: 129, signal: null });
    expect(checkpointsIn('left')).toEqual(['epoch=0-step=1', 'last']);
  });

  it('keeps a second one out of its folder', async () => {
    const first = startIn('shared', pauseAfter(3, 6000));
    await first.wrote('update 3\n');
    const second = await runIn('shared', ['--resume', 'last']);
    expect(second.code).toBe(2);
    expect(second.errors).toMatch(
      /^Error: The run folder .*shared\/small\/version_0 is in use: process \d+ on .* has been writing to it since .*\. Two runs/,
    );
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(remainsOf('shared')).toEqual(remainsOf('whole'));
  });

  it('requeues its Slurm job at SIGUSR1, and resumes with --resume auto, which also starts a run', async () => {
    const folder = join(cwd, 'slurm-commands');
    mkdirSync(folder);
    writeFileSync(join(folder, 'scontrol'), `#!/bin/sh\necho "$@" >> ${join(folder, 'asked')}\n`, {
      mode: 0o755,
    });
    const env = { SLURM_JOB_ID: '77', PATH: `${folder}:${process.env['PATH'] ?? ''}` };
    const args = ['--trainer.defaultRootDir', 'queued', '--resume', 'auto'];
    const first = new Child(small, [...args, ...pauseAfter(3, 1500)], { cwd, env });
    await first.wrote('update 3\n');
    first.kill('SIGUSR1');
    const { code, output } = await first.ended;
    expect({ code, output }).toEqual({ code: 138, output });
    expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('requeue 77\n');
    const second = await runChild(small, args, { cwd, env });
    expect(second).toMatchObject({ code: 0 });
    expect(second.output).toContain(resumedLine('queued', 'epoch=0-step=3', 'epoch 0, batch 3, step 3'));
    expect(remainsOf('queued')).toEqual(remainsOf('whole'));
  });

  it('that is a trial leaves nothing behind', async () => {
    const { code, output, errors } = await runIn('trial', ['--trainer.fastDevRun', '2']);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('update 2\n');
    expect(output).not.toContain('update 3\n');
    expect(existsSync(join(cwd, 'trial'))).toBe(false);
  });
});
