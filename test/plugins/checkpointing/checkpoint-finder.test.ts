import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { CheckpointFinder } from '../../../plugins/checkpointing/checkpoint-finder';
import {
  listCheckpoints,
  manifestText,
  parseManifest,
  sha256,
} from '../../../plugins/checkpointing/checkpoint-folder';
import { CheckpointStore } from '../../../plugins/checkpointing/checkpoint-store';
import { decodeState, encodeState } from '../../../plugins/checkpointing/state-files';
import { decodeSafetensors } from '../../../src';
import type { RunState } from '../../../src';
import { Notes, TemporaryRunFolder, messageOf } from '../fakes/run';
import { toyState } from './toy-state';

const files = ['manifest.json', 'model.safetensors', 'optimizer.safetensors', 'state.json'];

describe('reading a checkpoint', () => {
  let folder: TemporaryRunFolder;
  let home: string;
  beforeEach(async () => {
    folder = new TemporaryRunFolder();
    home = folder.resolve('checkpoints');
    const store = new CheckpointStore(home);
    await store.open();
    for (const step of [4, 8]) {
      const monitor = { name: 'loss', value: step };
      const saved = await store.save(`step=${step}`, toyState(step), { reason: 'test', monitor });
      await store.point('last', saved);
      if (step === 4) await store.point('best', saved);
    }
  });
  afterEach(() => folder.remove());

  async function read(selector: string) {
    const notes = new Notes();
    const { state, path } = await new CheckpointFinder(home, notes.notify).read(selector);
    return { state, name: basename(path), said: notes.said };
  }

  it('restores every part of the state', async () => {
    const { state, said } = await read('last');
    expect(state).toEqual(toyState(8));
    expect([...state.weights.keys()]).toEqual(['backbone.weight', 'backbone.num_batches_tracked']);
    expect(said).toEqual([]);
    expect(readdirSync(join(home, 'step=8')).sort()).toEqual(files);
  });

  it.each([Infinity, -Infinity, NaN, -0])('restores a score and states of %p, bit for bit', async (value) => {
    const store = new CheckpointStore(home);
    await store.open();
    const given: RunState = {
      ...toyState(12),
      plugins: { stopping: { best: value, name: 'NaN', seen: [[value]] } },
      metrics: { running: { total: value } },
      hyperparameters: { margin: value },
      ranks: [{ metrics: [value] }, { metrics: ['Infinity'] }],
    };
    await store.save('step=12', given, { reason: 'test', monitor: { name: 'loss', value } });
    const { state, name, said } = await read('last');
    expect([name, said]).toEqual(['step=12', []]);
    expect(state).toStrictEqual(given);
    const { checkpoints } = await listCheckpoints(home);
    expect(checkpoints.map(({ manifest }) => manifest.monitor?.value)).toContainEqual(value);
    for (const file of ['state.json', 'manifest.json']) {
      expect(() => JSON.parse(readFileSync(join(home, 'step=12', file), 'utf8')) as unknown).not.toThrow();
    }
  });

  it('reads checkpoints of earlier versions, which wrote null for an infinite score', async () => {
    const file = join(home, 'step=8', 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    delete manifest['digest'];
    const earlier = { ...manifest, monitor: { name: 'loss', value: null } };
    const digest = createHash('sha256').update(JSON.stringify(earlier)).digest('hex');
    writeFileSync(file, `${JSON.stringify({ ...earlier, digest }, null, 2)}\n`);
    const { state, said } = await read('last');
    expect(state).toEqual(toyState(8));
    expect(said).toEqual([]);
  });

  it('reads states of earlier versions, which wrote names for numbers in some places', () => {
    const state = toyState(8);
    const files = { ...encodeState({ ...state, metrics: { newest: [{ value: Infinity }] } }) };
    const rest = Buffer.concat(files['state.json']);
    expect(rest.toString('utf8')).toContain('"value": "Infinity"');
    const tensors = Object.fromEntries(
      Object.entries(files)
        .filter(([name]) => name !== 'state.json')
        .map(([name, parts]) => [name, decodeSafetensors(Buffer.concat(parts)).tensors]),
    );
    expect(decodeState({ rest, tensors }).metrics).toEqual({ newest: [{ value: Infinity }] });
  });

  it('restores what each rank has of its own', async () => {
    const { weights } = toyState(3);
    // All ranks have made as many updates.
    const { optimizers } = toyState(8);
    const ranks = [
      { metrics: { loss: [1] }, weights, optimizers },
      { metrics: { loss: [2] }, weights: toyState(5).weights, optimizers },
    ];
    const store = new CheckpointStore(home);
    await store.open();
    for (const [name, own] of [
      ['differing', ranks],
      ['equal', ranks.map(({ metrics }) => ({ metrics }))],
    ] as const) {
      await store.save(name, { ...toyState(8), ranks: own }, { reason: 'test', monitor: null });
      expect((await read(name)).state).toEqual({ ...toyState(8), ranks: own });
    }
    expect(readdirSync(join(home, 'differing'))).toContain('ranks.safetensors');
    expect(readdirSync(join(home, 'equal')).sort()).toEqual(files);
  });

  it('finds the last, the best, and one by name, folder, run folder and folder of checkpoints', async () => {
    const names = [];
    for (const selector of ['last', 'best', 'step=4', join(home, 'step=4'), folder.path, home]) {
      names.push((await read(selector)).name);
    }
    expect(names).toEqual(['step=8', 'step=4', 'step=4', 'step=4', 'step=8', 'step=8']);
    expect(readFileSync(join(home, 'last'), 'utf8')).toBe('step=8\n');
    expect(readFileSync(join(home, 'best'), 'utf8')).toBe('step=4\n');
  });

  it('resolves last and best in the folder in which they are named', async () => {
    const named: [string, string][] = [
      ['checkpoints/last', 'step=8'],
      ['checkpoints/best', 'step=4'],
      ['checkpoints/last/', 'step=8'],
      ['last', 'step=8'],
      ['best', 'step=4'],
      ['checkpoints/step=4/', 'step=4'],
    ];
    for (const [path, name] of named)
      expect([path, (await read(join(folder.path, path))).name]).toEqual([path, name]);
    symlinkSync(folder.path, join(folder.path, 'link'));
    expect((await read(join(folder.path, 'link', 'checkpoints', 'best'))).name).toBe('step=4');
    symlinkSync('step=4', join(home, 'good'));
    expect((await read(join(home, 'good'))).state.progress.globalStep).toBe(4);
    // Also without a pointer, and where it names what is gone.
    rmSync(join(home, 'last'));
    expect((await read(join(home, 'last'))).name).toBe('step=8');
    rmSync(join(home, 'step=4'), { recursive: true });
    expect(await messageOf(() => read(join(home, 'best')))).toBe(
      `No checkpoint in ${home} is marked as the best. ` +
        'checkpointing() ranks checkpoints only if it has a monitor that was logged. Resume from one of these: step=8.',
    );
  });

  it('finds the last one even if its pointer was not written', async () => {
    writeFileSync(join(home, 'last'), 'step=4\n');
    expect((await read('last')).name).toBe('step=8');
  });

  it.each(files)(
    'finds every flipped byte of %s, uses the previous checkpoint, and names the file',
    async (file) => {
      const path = join(home, 'step=8', file);
      const whole = readFileSync(path);
      for (let at = 0; at < whole.length; at += Math.max(1, Math.floor(whole.length / 40))) {
        const flipped = Buffer.from(whole);
        flipped[at] = (flipped[at] ?? 0) ^ 1;
        writeFileSync(path, flipped);
        const { state, said } = await read('last');
        // A blank of the manifest's layout says nothing; a flip there may pass, a whole state is read all the same.
        if (said.length === 0) {
          expect(file).toBe('manifest.json');
          expect(state).toEqual(toyState(8));
          continue;
        }
        expect(state).toEqual(toyState(4));
        expect(said).toEqual([
          expect.stringMatching(
            /^warning: A checkpoint is damaged: .*(does not match its SHA-256|does not match its own digest|is not a JSON object)\. Using step=4 instead\.$/,
          ),
        ]);
        expect(said[0]).toContain(` ${path} `);
      }
    },
  );

  it.each(files.slice(1))('detects a truncated and a missing %s', async (file) => {
    const path = join(home, 'step=8', file);
    const { length } = readFileSync(path);
    truncateSync(path, length - 1);
    expect((await read('last')).said).toEqual([
      `warning: A checkpoint is damaged: ${path} has ${length - 1} bytes instead of ${length}. Using step=4 instead.`,
    ]);
    rmSync(path);
    expect((await read('last')).said).toEqual([
      `warning: A checkpoint is damaged: ${path} is missing. Using step=4 instead.`,
    ]);
  });

  const malformed: readonly (readonly [string, string, RegExp])[] = [
    ['state.json', 'null', /state\.json: .*expected object/],
    ['state.json', '[]', /state\.json: .*expected object/],
    ['state.json', '{}', /experiment: .*expected string/],
    ['state.json', 'no JSON', /Unexpected token/],
    ['state.json', '', /Unexpected end of JSON input/],
    ['model.safetensors', '', /too few for a header/],
    ['optimizer.safetensors', 'x'.repeat(40), /its header claims/],
  ];
  it.each(malformed)(
    'uses the previous checkpoint if %s was written as %j, under valid digests',
    async (file, text, reason) => {
      const path = join(home, 'step=8', 'manifest.json');
      const manifest = parseManifest(readFileSync(path, 'utf8'), path);
      const digest = { bytes: Buffer.byteLength(text), sha256: sha256([Buffer.from(text)]) };
      writeFileSync(join(home, 'step=8', file), text);
      writeFileSync(path, manifestText({ ...manifest, files: { ...manifest.files, [file]: digest } }));
      const { state, said } = await read('last');
      expect(state).toEqual(toyState(4));
      expect(said).toEqual([expect.stringMatching(reason)]);
      expect(said[0]).toContain(
        `${join(home, 'step=8')} contains no state that this version of Fulgur can read (`,
      );
      expect(said[0]?.split('\n')).toHaveLength(1);
      expect(await messageOf(() => read('step=8'))).toMatch(/^Checkpoint step=8 is damaged: /);
    },
  );

  it('uses the previous checkpoint if the manifest lists no files', async () => {
    const path = join(home, 'step=8', 'manifest.json');
    writeFileSync(path, manifestText({ ...parseManifest(readFileSync(path, 'utf8'), path), files: {} }));
    expect((await read('last')).said).toEqual([
      `warning: A checkpoint is damaged: ${path} does not list model.safetensors. Using step=4 instead.`,
    ]);
  });

  it('rejects a damaged checkpoint that was named explicitly', async () => {
    const path = join(home, 'step=4', 'model.safetensors');
    truncateSync(path, 10);
    const { length } = readFileSync(join(home, 'step=8', 'model.safetensors'));
    const message =
      `Checkpoint step=4 is damaged: ${path} has 10 bytes instead of ${length}. ` +
      'Resume from another checkpoint: --resume last uses the newest undamaged one.';
    expect(await messageOf(() => read('step=4'))).toBe(message);
    expect(await messageOf(() => read('best'))).toBe(message);
  });

  it('reports an error if every checkpoint is damaged', async () => {
    const paths = ['step=4', 'step=8'].map((name) => join(home, name, 'manifest.json'));
    for (const path of paths) rmSync(path);
    expect(await messageOf(() => read('last'))).toBe(
      `Every checkpoint in ${home} is damaged: ${paths[0]} is missing. ${paths[1]} is missing. ` +
        'Name an undamaged copy with --resume PATH, or start a new run without --resume.',
    );
  });

  it('rejects a format from the future', async () => {
    const path = join(home, 'step=8', 'manifest.json');
    const manifest = parseManifest(readFileSync(path, 'utf8'), path);
    writeFileSync(path, manifestText({ ...manifest, formatVersion: 2 as never }));
    expect(await messageOf(() => read('last'))).toBe(
      `${path} has checkpoint format 2. This Fulgur reads formats up to 1. ` +
        'Update Fulgur, or resume from a checkpoint that this version saved.',
    );
  });

  it('lists the existing checkpoints when one is missing', async () => {
    expect(await messageOf(() => read('step=5'))).toBe(
      'The checkpoint step=5 does not exist. Resume from one of these: step=8, step=4.',
    );
    rmSync(join(home, 'best'));
    expect(await messageOf(() => read('best'))).toBe(
      `No checkpoint in ${home} is marked as the best. ` +
        'checkpointing() ranks checkpoints only if it has a monitor that was logged. ' +
        'Resume from one of these: step=8, step=4.',
    );
  });

  it('names the folder when it has no checkpoints', async () => {
    renameSync(home, folder.resolve('moved'));
    expect(await messageOf(() => read('last'))).toBe(
      `No checkpoint was found in ${home}. Start a new run without --resume.`,
    );
    mkdirSync(folder.resolve('empty'));
    expect(await messageOf(() => read(folder.resolve('empty')))).toBe(
      `No checkpoint was found in ${folder.resolve('empty')}. Start a new run without --resume.`,
    );
  });

  it('reads a checkpoint that was copied elsewhere', async () => {
    const copy = folder.resolve('a copy');
    cpSync(join(home, 'step=4'), copy, { recursive: true });
    expect((await read(copy)).state).toEqual(toyState(4));
  });
});
