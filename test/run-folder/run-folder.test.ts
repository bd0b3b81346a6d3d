import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Worker } from 'node:worker_threads';
import { parse } from 'yaml';
import { createRunFolder, writeRunRecord } from '../../src/run-folder';

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fulgur-runs-'));
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function newRun(experiment = 'fastsiam') {
  return createRunFolder({ root, experiment, resume: null });
}

function saveCheckpoint(version: string, name: string): string {
  const path = join(root, 'fastsiam', version, 'checkpoints', name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'manifest.json'), '{}');
  return path;
}

/** As checkpointing does for `last` and `best`. */
function point(version: string, pointer: string, name: string): void {
  writeFileSync(join(root, 'fastsiam', version, 'checkpoints', pointer), `${name}\n`);
}

describe('createRunFolder', () => {
  it('counts versions from 0, above the highest existing one', () => {
    expect(newRun()).toMatchObject({
      path: join(root, 'fastsiam', 'version_0'),
      experiment: 'fastsiam',
      version: 'version_0',
    });
    mkdirSync(join(root, 'fastsiam', 'version_9'));
    mkdirSync(join(root, 'fastsiam', 'notes'));
    expect(newRun().version).toBe('version_10');
    expect(newRun('other').version).toBe('version_0');
  });

  it.each([
    ['version_9007199254740991', 'version_9007199254740992'],
    ['version_9007199254740993'],
    ['version_99999999999999999999999999'],
    ['version_1000000000000000', 'version_-1', 'version_1e3', 'version_'],
  ])('does not count folders such as %s, whose number has no next one', (...names) => {
    for (const name of names) mkdirSync(join(root, 'fastsiam', name), { recursive: true });
    expect(newRun().version).toBe('version_0');
    expect(newRun().version).toBe('version_1');
  });

  it('counts above a dangling link', () => {
    newRun();
    symlinkSync('/nowhere', join(root, 'fastsiam', 'version_1'));
    expect(newRun().version).toBe('version_2');
  });

  it.each([
    ...['', '.', '..', '../../esc', '/etc', 'a/../../b', 'a//b', 'a/', '\u0000', 'a\nb', 'a\u001b[2J'],
    ...['back\\slash', 'x'.repeat(201), 'version_1', 'tiny/version_3'],
  ])('rejects the name %j, and makes no folder', (experiment) => {
    for (const resume of [null, 'last', 'best', root]) {
      expect(() => createRunFolder({ root, experiment, resume })).toThrow(
        `The experiment is named '${experiment}', which cannot be the name of a folder for its runs. ` +
          "Give it a name of letters, digits and '-', such as name: 'fastsiam', in @Experiment.",
      );
    }
    expect(readdirSync(root)).toEqual([]);
  });

  it('lets a name contain folders', () => {
    expect(newRun('group/tiny').path).toBe(join(root, 'group', 'tiny', 'version_0'));
  });

  it('resolves paths inside itself', () => {
    expect(newRun().resolve('checkpoints', 'last')).toBe(
      join(root, 'fastsiam', 'version_0', 'checkpoints', 'last'),
    );
  });

  it('gives each of many runs that start at once its own folder', async () => {
    // Threads make folders with the same calls as processes would, and start faster.
    const script = `
      const { workerData } = require('node:worker_threads');
      const { transformSync } = require('@swc/core');
      require.extensions['.ts'] = (module, file) => module._compile(
        transformSync(require('node:fs').readFileSync(file, 'utf8'), { filename: file }).code, file);
      const { createRunFolder } = require(workerData.file);
      for (let run = 0; run < 20; run++) createRunFolder({ root: workerData.root, experiment: 'fastsiam', resume: null });
    `;
    const file = require.resolve('../../src/run-folder');
    const workers = [0, 1, 2].map(() => new Worker(script, { eval: true, workerData: { root, file } }));
    await Promise.all(
      workers.map(
        (worker) =>
          new Promise((resolve, reject) => {
            worker.on('error', reject);
            worker.on('exit', resolve);
          }),
      ),
    );
    expect(readdirSync(join(root, 'fastsiam'))).toHaveLength(60);
  });

  it('resumes in the newest folder that contains the last, or the best, checkpoint', () => {
    for (let run = 0; run < 12; run++) newRun();
    saveCheckpoint('version_2', 'step=4');
    point('version_2', 'best', 'step=4');
    point('version_2', 'last', 'step=4');
    // Whether something points to it or not.
    saveCheckpoint('version_10', 'step=8');
    // A pointer to nothing, and what a killed run left half done.
    mkdirSync(join(root, 'fastsiam', 'version_11', 'checkpoints'));
    point('version_11', 'last', 'step=9');
    saveCheckpoint('version_11', '.new-7-1');
    expect(createRunFolder({ root, experiment: 'fastsiam', resume: 'last' }).version).toBe('version_10');
    expect(createRunFolder({ root, experiment: 'fastsiam', resume: 'best' }).version).toBe('version_2');
    rmSync(join(root, 'fastsiam', 'version_2'), { recursive: true });
    const unranked = createRunFolder({ root, experiment: 'fastsiam', resume: 'best' });
    expect(unranked.path).toBe(createRunFolder({ root, experiment: 'fastsiam', resume: 'last' }).path);
    expect(readdirSync(join(root, 'fastsiam'))).toHaveLength(11);
  });

  it('reports that there is nothing to resume', () => {
    newRun();
    expect(() => createRunFolder({ root, experiment: 'fastsiam', resume: 'last' })).toThrow(
      `No run in ${join(root, 'fastsiam')} has a checkpoint 'last'. ` +
        'Train first, or name the folder of a checkpoint.',
    );
  });

  it('resumes in the run folder that contains a path', () => {
    newRun();
    newRun();
    const resume = saveCheckpoint('version_0', 'epoch=1-step=20');
    expect(createRunFolder({ root, experiment: 'fastsiam', resume }).version).toBe('version_0');
  });

  it('starts a new run from a checkpoint outside any run folder', () => {
    newRun();
    const resume = join(root, 'copied');
    mkdirSync(resume);
    writeFileSync(join(resume, 'manifest.json'), '{}');
    expect(createRunFolder({ root, experiment: 'fastsiam', resume }).version).toBe('version_1');
  });

  it('finds the run for every way to name a checkpoint', () => {
    for (let run = 0; run < 3; run++) newRun();
    const path = saveCheckpoint('version_1', 'epoch=1-step=20');
    point('version_1', 'last', 'epoch=1-step=20');
    const run = join(root, 'fastsiam', 'version_1');
    symlinkSync(run, join(root, 'newest'));
    symlinkSync(path, join(root, 'good'));
    const ways = [
      path,
      `${path}/`,
      relative(process.cwd(), path),
      'epoch=1-step=20',
      run,
      `${run}/`,
      join(run, 'checkpoints'),
      join(run, 'checkpoints', 'last'),
      join(run, 'checkpoints', 'best'),
      join(run, 'last'),
      join(root, 'newest'),
      join(root, 'newest', 'checkpoints', 'last'),
      join(root, 'newest', 'best'),
      join(root, 'good'),
    ];
    for (const resume of ways) {
      expect([resume, createRunFolder({ root, experiment: 'fastsiam', resume }).version]).toEqual([
        resume,
        'version_1',
      ]);
    }
    expect(readdirSync(join(root, 'fastsiam'))).toHaveLength(3);
  });

  it('lists what exists if there is no checkpoint, and makes no folder', () => {
    for (let run = 0; run < 2; run++) newRun();
    const path = saveCheckpoint('version_1', 'epoch=1-step=20');
    const fix = "Name the folder of a checkpoint, of checkpoints or of a run, or 'last' for the newest.";
    const said = (resume: string) => () => createRunFolder({ root, experiment: 'fastsiam', resume });
    const all = join(root, 'fastsiam');
    expect(said(all)).toThrow(
      new Error(`The checkpoint ${all} does not exist. ${all} contains version_0, version_1. ${fix}`),
    );
    const home = dirname(path);
    expect(said(join(home, 'epoch=1-step=2'))).toThrow(
      new Error(
        `The checkpoint ${join(home, 'epoch=1-step=2')} does not exist. ${home} contains epoch=1-step=20. ${fix}`,
      ),
    );
    expect(said(join(all, 'version_0', 'checkpoints', 'last'))).toThrow(
      new Error(`The checkpoint ${join(all, 'version_0', 'checkpoints', 'last')} does not exist. ${fix}`),
    );
    expect(said(join(path, 'manifest.json'))).toThrow(
      new Error(`${join(path, 'manifest.json')} is part of a checkpoint. Name the checkpoint, ${path}.`),
    );
    for (let file = 0; file < 20; file++) writeFileSync(join(root, `file${10 + file}`), '');
    expect(said(root)).toThrow('file20, 9 more. ');
    expect(readdirSync(all)).toEqual(['version_0', 'version_1']);
  });

  it('resumes in the folder of a run that was copied under another name, which its checkpoints identify', () => {
    const copy = join(root, 'backup', 'version_3');
    const checkpoint = join(copy, 'checkpoints', 'epoch=0-step=5');
    mkdirSync(checkpoint, { recursive: true });
    writeFileSync(join(checkpoint, 'manifest.json'), '{"experiment":"group/tiny"}');
    for (const resume of [copy, checkpoint]) {
      expect(createRunFolder({ root, experiment: 'group/tiny', resume })).toMatchObject({ path: copy });
    }
    expect(() => createRunFolder({ root, experiment: 'backup', resume: copy })).toThrow(
      `The checkpoint ${copy} belongs to a run of 'group/tiny', but this experiment is 'backup'. Name a checkpoint of 'backup'.`,
    );
  });

  it("rejects another experiment's run, and a path that does not exist", () => {
    newRun();
    const resume = saveCheckpoint('version_0', 'last');
    expect(() => createRunFolder({ root, experiment: 'other', resume })).toThrow(
      `The checkpoint ${resume} belongs to a run of 'fastsiam', but this experiment is 'other'. Name a checkpoint of 'other'.`,
    );
    const missing = join(root, 'missing');
    expect(() => createRunFolder({ root, experiment: 'fastsiam', resume: missing })).toThrow(
      `The checkpoint ${missing} does not exist. ${root} contains fastsiam. ` +
        "Name the folder of a checkpoint, of checkpoints or of a run, or 'last' for the newest.",
    );
  });
});

describe('writeRunRecord', () => {
  const record = {
    config: { trainer: { maxEpochs: 3 } },
    hyperparameters: { lr: 0.06 },
    environment: { node: '20' },
  };

  it('leaves anything that is not a file unchanged, and does not wait for a pipe', () => {
    const folder = newRun();
    execFileSync('mkfifo', [folder.resolve('config.yaml')]);
    symlinkSync('/nowhere', folder.resolve('config_1.yaml'));
    mkdirSync(folder.resolve('config_2.yaml'));
    writeRunRecord(folder, record);
    expect(parse(readFileSync(folder.resolve('config_3.yaml'), 'utf8'))).toEqual(record.config);
  });

  it('writes configuration, hyperparameters and environment as YAML', () => {
    const folder = newRun();
    writeRunRecord(folder, record);
    const read = (name: string): unknown => parse(readFileSync(folder.resolve(name), 'utf8'));
    expect(read('config.yaml')).toEqual(record.config);
    expect(read('hyperparameters.yaml')).toEqual(record.hyperparameters);
    expect(read('environment.yaml')).toEqual(record.environment);
  });

  it("keeps the first run's record beside that of a run that resumes it", () => {
    const folder = newRun();
    writeRunRecord(folder, record);
    writeRunRecord(folder, { ...record, config: { trainer: { maxEpochs: 6 } } });
    writeRunRecord(folder, { ...record, config: { trainer: { maxEpochs: 6 } } });
    expect(parse(readFileSync(folder.resolve('config.yaml'), 'utf8'))).toEqual(record.config);
    expect(parse(readFileSync(folder.resolve('config_1.yaml'), 'utf8'))).toEqual({
      trainer: { maxEpochs: 6 },
    });
    expect(existsSync(folder.resolve('config_2.yaml'))).toBe(false);
    expect(existsSync(folder.resolve('hyperparameters_1.yaml'))).toBe(false);
  });
});
