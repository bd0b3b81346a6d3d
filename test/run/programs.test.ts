import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askDriver } from '../../src/engine/install/nvidia-driver';
import { findPythons } from '../../src/engine/install/find-python';
import { gitCommit } from '../../src/run/record';
import { requeueJob } from '../../src/run/interruption';
import { temporaryFolder } from './child';

const folder = temporaryFolder();
const path = process.env['PATH'];
afterEach(() => {
  process.env['PATH'] = path;
});

/** Puts a program of this text first on the search path. */
function program(name: string, text: string): string {
  const bin = join(folder, `${name}-bin`);
  mkdirSync(bin, { recursive: true });
  const file = join(bin, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  process.env['PATH'] = `${bin}:${path ?? ''}`;
  return file;
}

const hang = "trap '' TERM; sleep 1000; sleep 1000";

/** Collects what is reported. */
function ear(): { said: string[]; notify: (level: string, text: string) => void } {
  const said: string[] = [];
  return { said, notify: (level, text) => void said.push(`${level}: ${text}`) };
}

describe('a program that does not answer', () => {
  it('leaves the commit out of the record, with a message, if it is git', async () => {
    program('git', hang);
    const { said, notify } = ear();
    expect(await gitCommit('/code', notify, 200)).toBeNull();
    expect(said).toEqual([
      "warning: git did not answer within 0.2 s; the run's record does not name the commit of /code.",
    ]);
  });

  it('leaves a Slurm job unchanged, with a message, if it is scontrol', async () => {
    program('scontrol', hang);
    const { said, notify } = ear();
    await requeueJob('77', notify, 200);
    expect(said).toEqual([
      'warning: Slurm job 77 could not be requeued: scontrol did not answer within 0.2 s.',
    ]);
  });

  it('is skipped, with a message, if it is a Python', async () => {
    const hanging = program('python3', hang);
    const said: string[] = [];
    expect(await findPythons([join(hanging, '..')], (line) => said.push(line), 200)).toEqual([]);
    expect(said).toEqual([`${hanging} did not answer within 0.2 s, and is skipped.`]);
  });

  it('counts as no GPU, with a message, if it is nvidia-smi', async () => {
    const hanging = program('nvidia-smi', hang);
    const said: string[] = [];
    expect(await askDriver(hanging, (line) => said.push(line), 200)).toBe('');
    expect(said).toEqual([
      `${hanging} did not answer within 0.2 s: this machine is treated as one without a GPU.`,
    ]);
  });
});

it('repeats the error of scontrol', async () => {
  program('scontrol', 'echo "Job/step already completing or completed." >&2; exit 1');
  const { said, notify } = ear();
  await requeueJob('77', notify);
  expect(said).toEqual([
    'warning: Slurm job 77 could not be requeued: Job/step already completing or completed.',
  ]);
});

it('finds the commit of a folder, and whether it has changed', async () => {
  program('git', 'case "$*" in *rev-parse*) echo abc;; *) echo " M file";; esac');
  expect(await gitCommit('/code', () => undefined)).toBe('abc-dirty');
  program('git', 'exit 128');
  expect(await gitCommit('/code', () => undefined)).toBeNull();
});
