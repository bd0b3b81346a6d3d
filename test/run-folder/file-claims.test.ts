import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvLogger } from '../../plugins/csv-logger';
import { jsonlLogger } from '../../plugins/jsonl-logger';
import { mlflowLogger } from '../../plugins/mlflow-logger';
import { profiler } from '../../plugins/profiler';
import { tensorboardLogger } from '../../plugins/tensorboard-logger';
import { weightAveraging } from '../../plugins/weight-averaging';
import { tokens } from '../../src/contracts';
import type { AnyPlugin, PluginFolder, PluginHooks } from '../../src/contracts';
import { Plugin, definePlugin, inject } from '../../src/metadata';
import { rehearse } from '../../src/plugin-kit';
import type { Rehearsal, RehearsalOptions } from '../../src/plugin-kit';
import { messageOf } from '../plugins/fakes/run';

/** Asks for files as its options say. */
@Plugin({ name: 'asker', repeatable: true })
class Asker implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) options: { claims?: readonly string[]; paths?: readonly string[] },
    @inject(tokens.runFolder) folder: PluginFolder,
  ) {
    for (const name of options.claims ?? []) folder.claim(name);
    for (const path of options.paths ?? []) folder.resolve(path);
  }
}

const asker = (...claims: string[]) => definePlugin(Asker, { name: 'asker', claims });
const second = (...claims: string[]) => definePlugin(Asker, { name: 'second', claims });

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fulgur-claims-'))));
afterEach(() => rmSync(folder, { recursive: true }));

async function play(plugins: readonly AnyPlugin[], options: RehearsalOptions = {}): Promise<Rehearsal> {
  const runFolder = {
    ...{ path: folder, experiment: 'toy', version: 'version_0' },
    resolve: (...parts: readonly string[]) => join(folder, ...parts),
  };
  const played = await rehearse(plugins, { ...options, services: { runFolder } });
  played.dispose();
  return played;
}

const refusal = (plugin: string, name: string, why: string) =>
  `Plugin '${plugin}' writes to '${name}' in the run folder, ${why}. Give the plugin's file another name.`;

describe('the files of a run', () => {
  const record = "which belongs to the run's own record";
  it.each<[string, AnyPlugin[], string]>([
    ['the record', [csvLogger({ fileName: 'config.yaml' })], refusal('csv-logger', 'config.yaml', record)],
    ['a later record', [asker('environment_12.yaml')], refusal('asker', 'environment_12.yaml', record)],
    ['in other letters', [asker('Config.YAML')], refusal('asker', 'Config.YAML', record)],
    [
      'the lock',
      [jsonlLogger({ fileName: 'run.lock' })],
      refusal('jsonl-logger', 'run.lock', "which belongs to the run's lock"),
    ],
    [
      'evaluations',
      [asker('evaluations/mine.json')],
      refusal('asker', 'evaluations/mine.json', 'which belongs to the evaluations of its checkpoints'),
    ],
    [
      'the report',
      [asker('report.html')],
      refusal('asker', 'report.html', 'which belongs to the command report'),
    ],
    [
      'a file in the making',
      [csvLogger(), asker('metrics.csv.new')],
      refusal('asker', 'metrics.csv.new', 'which belongs to files that are being written'),
    ],
    [
      "another logger's",
      [csvLogger({ fileName: 'metrics.jsonl' }), jsonlLogger()],
      refusal('jsonl-logger', 'metrics.jsonl', "which belongs to plugin 'csv-logger'"),
    ],
    [
      'a fixed name',
      [csvLogger({ fileName: 'profile.json' }), profiler()],
      refusal('profiler', 'profile.json', "which belongs to plugin 'csv-logger'"),
    ],
    [
      'a journal',
      [mlflowLogger(), jsonlLogger({ fileName: 'mlflow.jsonl' })],
      refusal('jsonl-logger', 'mlflow.jsonl', "which belongs to plugin 'mlflow-logger'"),
    ],
    [
      'weights',
      [weightAveraging({ kind: 'ema' }), csvLogger({ fileName: 'averaged.safetensors' })],
      refusal('csv-logger', 'averaged.safetensors', "which belongs to plugin 'weight-averaging'"),
    ],
    [
      'a folder',
      [tensorboardLogger(), csvLogger({ fileName: 'tensorboard' })],
      refusal('csv-logger', 'tensorboard', "which belongs to plugin 'tensorboard-logger'"),
    ],
    [
      'in a folder',
      [tensorboardLogger(), asker('tensorboard/mine')],
      refusal('asker', 'tensorboard/mine', "which belongs to plugin 'tensorboard-logger'"),
    ],
    [
      'around a file',
      [asker('mine/rows'), second('mine')],
      refusal('second', 'mine', "which belongs to plugin 'asker'"),
    ],
  ])('belong to one writer: %s', async (_, plugins, message) => {
    expect(await messageOf(() => play(plugins))).toBe(message);
  });

  it.each(['../elsewhere', 'a/../../b', '/etc/passwd', '', '.', 'a//b', 'a\\b', 'a\nb', 'x'.repeat(300)])(
    'are inside the folder: %j',
    async (name) => {
      expect(await messageOf(() => play([asker(name)]))).toBe(
        refusal('asker', name, 'which is not the name of a file in it'),
      );
    },
  );

  it.each(['../elsewhere', '/etc/passwd'])('are searched only inside the folder: %j', async (path) => {
    const looking = definePlugin(Asker, { name: 'asker', paths: [path] });
    expect(await messageOf(() => play([looking]))).toBe(
      `Plugin 'asker' asks for '${path}' in the run folder, which is outside that folder. ` +
        'Name a file inside the run folder.',
    );
  });

  it('are neither links to files nor pipes', async () => {
    writeFileSync(join(folder, 'config.yaml'), 'name: toy\n');
    symlinkSync('config.yaml', join(folder, 'metrics.csv'));
    symlinkSync('nowhere', join(folder, 'dangling'));
    symlinkSync('.', join(folder, 'here'));
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    expect(await messageOf(() => play([csvLogger()]))).toBe(
      refusal('csv-logger', 'metrics.csv', 'which is a link'),
    );
    expect(await messageOf(() => play([asker('dangling')]))).toBe(
      refusal('asker', 'dangling', 'which is a link'),
    );
    expect(await messageOf(() => play([asker('here/config.yaml')]))).toBe(
      refusal('asker', 'here', 'which is a link'),
    );
    expect(await messageOf(() => play([asker('pipe')]))).toBe(
      refusal('asker', 'pipe', 'which is neither a file nor a folder'),
    );
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe('name: toy\n');
  });

  it('may be on another disk, in a folder to which a link points', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'fulgur-claims-'));
    mkdirSync(join(elsewhere, 'events'));
    symlinkSync(join(elsewhere, 'events'), join(folder, 'tensorboard'));
    expect((await play([tensorboardLogger()])).error).toBeNull();
    rmSync(elsewhere, { recursive: true });
  });

  it('are the same when the run is resumed', async () => {
    const plugins = () => [csvLogger(), tensorboardLogger(), asker('mine'), second('mine-2', 'mine-2')];
    const first = await play(plugins(), {
      interruptAfter: ({ batchIndex }) => (batchIndex === 0 ? 'Ctrl-C' : null),
    });
    const resumed = await play(plugins(), { resumeFrom: first.state });
    expect(resumed.error).toBeNull();
    expect(resumed.result?.status).toBe('finished');
  });
});
