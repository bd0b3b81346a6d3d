import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Checkpointing, checkpointing } from '../../../plugins/checkpointing';
import { FulgurError, soloRanks } from '../../../src';
import type { RunSettings, RunState } from '../../../src';
import { Notes, TemporaryRunFolder, hookContext, messageOf, runSettings } from '../fakes/run';
import { toyState } from './toy-state';

describe('checkpointing', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const listing = () => readdirSync(folder.resolve('checkpoints')).sort();
  const pointer = (name: 'last' | 'best') => readFileSync(folder.resolve('checkpoints', name), 'utf8').trim();

  function setUp(options: Parameters<typeof checkpointing>[0] = {}, settings: Partial<RunSettings> = {}) {
    const notes = new Notes();
    const run = { state: toyState(0) };
    const access = { capture: () => Promise.resolve(run.state) };
    const { options: filled } = checkpointing(options);
    const plugin = new Checkpointing(
      filled as never,
      folder,
      runSettings(settings),
      access,
      notes.notify,
      soloRanks,
    );
    return { plugin, notes, run };
  }

  const result = { loss: 1, updated: true, batchSize: 4, stepSeconds: 1, dataSeconds: 0 };

  /**
   * A fit of epochs of four batches, as the trainer calls the hooks; `scores` are the epochs' metric, which is measured at the end
   * of every so many epochs.
   */
  async function fit(
    { plugin, run }: ReturnType<typeof setUp>,
    scores: readonly (number | undefined)[],
    measuredEvery = 1,
  ) {
    await plugin.onFitStart();
    for (const [epoch, score] of scores.entries()) {
      const metrics: Record<string, number> = score === undefined ? {} : { knn_accuracy: score };
      for (let batchIndex = 0; batchIndex < 4; batchIndex++) {
        const globalStep = epoch * 4 + batchIndex + 1;
        run.state = toyState(globalStep);
        await plugin.onTrainBatchEnd(hookContext({ epoch, batchIndex, globalStep }, metrics), result);
      }
      const measuredAt = (Math.floor(epoch / measuredEvery) * measuredEvery + 1) * 4;
      await plugin.onTrainEpochEnd(
        hookContext({ epoch, batchIndex: 3, globalStep: epoch * 4 + 4 }, metrics, measuredAt),
      );
    }
    await plugin.onTrainEnd(hookContext({ epoch: scores.length - 1, globalStep: scores.length * 4 }));
  }

  it('saves at the end of each epoch and keeps the last two', async () => {
    const run = setUp();
    await fit(run, [0.5, 0.6, 0.7]);
    expect(listing()).toEqual(['epoch=1-step=8', 'epoch=2-step=12', 'last']);
    expect(run.notes.said).toEqual([
      'info: Saved checkpoint epoch=0-step=4 (end of epoch 0).',
      'info: Saved checkpoint epoch=1-step=8 (end of epoch 1).',
      'info: Saved checkpoint epoch=2-step=12 (end of epoch 2).',
    ]);
    expect((await run.plugin.read('last')).state).toEqual(toyState(12));
  });

  it('keeps the best by its monitor besides the last two', async () => {
    const run = setUp({ monitor: 'knn_accuracy', mode: 'max' });
    await fit(run, [0.5, 0.7, 0.6, 0.65]);
    expect(listing()).toEqual(['best', 'epoch=1-step=8', 'epoch=2-step=12', 'epoch=3-step=16', 'last']);
    expect([pointer('best'), pointer('last')]).toEqual(['epoch=1-step=8', 'epoch=3-step=16']);
    expect((await run.plugin.read('best')).state.progress.globalStep).toBe(8);
  });

  it('treats the last one as the best if it has no monitor, as Lightning does', async () => {
    const run = setUp();
    await fit(run, [0.5, 0.7]);
    expect((await run.plugin.read('best')).state.progress.globalStep).toBe(8);
  });

  it('keeps the requested numbers of newest and best checkpoints', async () => {
    await fit(setUp({ monitor: 'knn_accuracy', mode: 'min', saveTopK: 2, keepLast: 2 }), [3, 1, 2, 5, 4, 6]);
    expect(listing().filter((name) => name.startsWith('epoch'))).toEqual([
      'epoch=1-step=8',
      'epoch=2-step=12',
      'epoch=4-step=20',
      'epoch=5-step=24',
    ]);
  });

  it('does not rank a checkpoint by an old measurement', async () => {
    await fit(
      setUp({ monitor: 'knn_accuracy', mode: 'max', saveTopK: 2, keepLast: 1 }),
      [0.5, 0.5, 0.4, 0.4, 0.3],
      2,
    );
    expect(listing()).toEqual(['best', 'epoch=0-step=4', 'epoch=2-step=12', 'epoch=4-step=20', 'last']);
  });

  it('keeps a second checkpoint with the same score as the first', async () => {
    const rule = { monitor: 'knn_accuracy', mode: 'max', saveTopK: 2, keepLast: 1 } as const;
    await fit(setUp(rule), [0.2, 1, 1, 0.1]);
    expect(listing()).toEqual(['best', 'epoch=1-step=8', 'epoch=2-step=12', 'epoch=3-step=16', 'last']);
    expect(pointer('best')).toBe('epoch=1-step=8');
  });

  it('gives no checkpoint the score of other weights, even after a resume', async () => {
    const { plugin, run } = setUp({ monitor: 'knn_accuracy', mode: 'max', keepLast: 1, everyNSteps: 1 });
    await plugin.onFitStart();
    plugin.onLoadCheckpoint(hookContext(), toyState(4));
    run.state = toyState(5);
    await plugin.onTrainBatchEnd(
      hookContext({ epoch: 1, batchIndex: 0, globalStep: 5 }, { knn_accuracy: 0.9 }, 4),
      result,
    );
    expect(listing()).toEqual(['epoch=1-step=5', 'last']);
  });

  it("saves an update at the end of an epoch after the epoch's measurements", async () => {
    const run = setUp({ monitor: 'knn_accuracy', mode: 'max', everyNEpochs: null, everyNSteps: 4 });
    await fit(run, [0.5, 0.6]);
    expect(run.notes.said).toEqual([
      'info: Saved checkpoint epoch=0-step=4 (end of epoch 0).',
      'info: Saved checkpoint epoch=1-step=8 (end of epoch 1).',
    ]);
    expect(pointer('best')).toBe('epoch=1-step=8');
  });

  it('warns if it saved nothing that could be ranked', async () => {
    const run = setUp({ monitor: 'knn_accuracy', everyNEpochs: null, everyNSteps: 3, saveOnTrainEnd: false });
    await run.plugin.onFitStart();
    run.run.state = toyState(3);
    await run.plugin.onTrainBatchEnd(
      hookContext({ epoch: 1, batchIndex: 0, globalStep: 3 }, { knn_accuracy: 0.9 }, 2),
      result,
    );
    await run.plugin.onTrainEnd(hookContext({ epoch: 1, globalStep: 4 }, { knn_accuracy: 0.8 }));
    expect(run.notes.said.at(-1)).toBe(
      'warning: checkpointing() could not rank any checkpoint by knn_accuracy: it was last measured at step 4, and nothing was ' +
        'saved at the steps at which it was measured. Save at those steps too, with everyNEpochs or everyNSteps.',
    );
  });

  it('ends a run whose monitor was not logged when it was due', async () => {
    const fix = 'Monitor a logged metric, or pass strict: false to wait for it.';
    expect(await messageOf(() => fit(setUp({ monitor: 'val_loss' }), [0.5, 0.6]))).toBe(
      "checkpointing() ranks checkpoints by 'val_loss', which was not logged. The logged metrics are knn_accuracy. " +
        fix,
    );
    expect(await messageOf(() => fit(setUp({ monitor: 'knn_acuracy' }), [0.5]))).toBe(
      "checkpointing() ranks checkpoints by 'knn_acuracy', which was not logged. The logged metrics are knn_accuracy. " +
        `Did you mean 'knn_accuracy'? ${fix}`,
    );
    expect(await messageOf(() => fit(setUp({ monitor: 'knn_accuracy' }), [undefined]))).toBe(
      "checkpointing() ranks checkpoints by 'knn_accuracy', which was not logged. Nothing was. " + fix,
    );
    expect(readdirSync(folder.resolve('checkpoints'))).toEqual([]);
  });

  it('waits for a monitor that is not yet due, and for any monitor if it is not strict or is disabled', async () => {
    const run = setUp({ monitor: 'val_loss' });
    await run.plugin.onFitStart();
    run.run.state = toyState(4);
    const context = { ...hookContext({ batchIndex: 3, globalStep: 4 }), isDue: () => false };
    await run.plugin.onTrainEpochEnd(context);
    expect(listing()).toEqual(['epoch=0-step=4', 'last']);
    await fit(setUp({ monitor: 'val_loss', strict: false }), [0.5]);
    await fit(setUp({ monitor: 'val_loss' }, { enableCheckpointing: false }), [0.5]);
  });

  it('saves every N steps, and only once at the end of the epoch', async () => {
    const run = setUp({ everyNSteps: 2, keepLast: 'all' });
    await fit(run, [1, 2]);
    expect(run.notes.said).toEqual([
      'info: Saved checkpoint epoch=0-step=2 (step 2).',
      'info: Saved checkpoint epoch=0-step=4 (end of epoch 0).',
      'info: Saved checkpoint epoch=1-step=6 (step 6).',
      'info: Saved checkpoint epoch=1-step=8 (end of epoch 1).',
    ]);
  });

  it('saves when the given time has passed since the last save', async () => {
    const run = setUp({ everyNEpochs: null, everyNSeconds: 0.05, saveOnTrainEnd: false });
    await run.plugin.onFitStart();
    const batch = async (globalStep: number) => {
      run.run.state = toyState(globalStep);
      await run.plugin.onTrainBatchEnd(hookContext({ batchIndex: globalStep - 1, globalStep }), result);
    };
    await batch(1);
    expect(run.notes.said).toEqual([]);
    await wait(60);
    await batch(2);
    await batch(3);
    expect(run.notes.said).toEqual([
      'info: Saved checkpoint epoch=0-step=2 (step 2, 0 s after the last save).',
    ]);
  });

  it('saves after a validation within an epoch, with its measurements, and after no other validation', async () => {
    const run = setUp({ monitor: 'val_loss' });
    await run.plugin.onFitStart();
    run.run.state = toyState(2);
    await run.plugin.onValidationEnd(hookContext({ batchIndex: 1, globalStep: 2 }, { val_loss: 0.5 }));
    run.run.state = toyState(4);
    await run.plugin.onValidationEnd(hookContext({ batchIndex: 3, globalStep: 4 }, { val_loss: 0.4 }));
    const context = hookContext({ batchIndex: 1, globalStep: 2 }, { val_loss: 0.3 });
    await run.plugin.onValidationEnd({ ...context, stage: 'sanity-check' });
    await run.plugin.onValidationEnd({ ...context, stage: 'validate' });
    expect(run.notes.said).toEqual(['info: Saved checkpoint epoch=0-step=2 (validation after step 2).']);
    expect(pointer('best')).toBe('epoch=0-step=2');
    const silent = setUp({ afterValidation: false });
    await silent.plugin.onValidationEnd(hookContext({ batchIndex: 1, globalStep: 2 }));
    expect(silent.notes.said).toEqual([]);
  });

  it('saves every N epochs, and at the end of training if that state has not been saved', async () => {
    const run = setUp({ everyNEpochs: 2 });
    await fit(run, [1, 2, 3]);
    expect(run.notes.said).toEqual([
      'info: Saved checkpoint epoch=1-step=8 (end of epoch 1).',
      'info: Saved checkpoint epoch=2-step=12 (end of training).',
    ]);
    const silent = setUp({ everyNEpochs: null, saveOnTrainEnd: false });
    await fit(silent, [1]);
    expect(silent.notes.said).toEqual([]);
  });

  it('names checkpoints by its template', async () => {
    await fit(setUp({ filename: '{step}-{knn_accuracy:.2f}' }), [0.512]);
    expect(listing()).toEqual(['4-0.51', 'last']);
  });

  it('reports once which metric its names lack', async () => {
    const run = setUp({ filename: '{step}-{knn_acuracy:.2f}-{other}', keepLast: 1 });
    await fit(run, [0.5, 0.6]);
    expect(listing()).toEqual(['8-none-none', 'last']);
    expect(run.notes.said.filter((line) => line.startsWith('warning'))).toEqual([
      "warning: 'knn_acuracy' in the filename of checkpointing() was not logged, so it appears as 'none' in names. Did you mean 'knn_accuracy'?",
      "warning: 'other' in the filename of checkpointing() was not logged, so it appears as 'none' in names.",
    ]);
  });

  it('saves the progress when the run is interrupted', async () => {
    const run = setUp();
    await run.plugin.onFitStart();
    run.run.state = toyState(3);
    const interrupt = new FulgurError('interrupted', { what: 'Ctrl-C.', fix: 'Resume.' });
    await run.plugin.onException(hookContext({ globalStep: 3 }), interrupt);
    expect(run.notes.said).toEqual(['info: Saved checkpoint epoch=0-step=3 (interrupted).']);
    expect((await run.plugin.read('last')).state).toEqual(toyState(3));
  });

  it('saves nothing if the run fails before its first step, or if it was told not to', async () => {
    const run = setUp();
    await run.plugin.onException(hookContext({ globalStep: 0 }), new Error('no data'));
    const told = setUp({ saveOnException: false });
    await told.plugin.onException(hookContext({ globalStep: 3 }), new Error('no data'));
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('keeps the previous checkpoint when it saves at a failure, and does not save broken weights', async () => {
    const run = setUp();
    await fit(run, [1]);
    run.run.state = toyState(5);
    await run.plugin.onException(hookContext({ epoch: 1, globalStep: 5 }), new Error('a worker died'));
    expect(listing()).toEqual(['epoch=0-step=4', 'epoch=1-step=5', 'last']);
    const broken: RunState = toyState(6);
    broken.weights.get('backbone.weight')!.data[3] = NaN;
    run.run.state = broken;
    await run.plugin.onException(hookContext({ epoch: 1, globalStep: 6 }), new Error('the loss is NaN'));
    expect(listing()).toEqual(['epoch=0-step=4', 'epoch=1-step=5', 'last']);
    expect(run.notes.said.at(-1)).toBe(
      'warning: The state at the failure was not saved: backbone.weight contains numbers that are not finite.',
    );
  });

  it('reports nothing about a state that does not exist: in an evaluation, or when a resume is rejected', async () => {
    const run = setUp();
    run.plugin.onLoadCheckpoint(hookContext({ globalStep: 3 }), toyState(3));
    await run.plugin.onException(hookContext({ epoch: 1, globalStep: 3 }), new Error('the model is another'));
    expect(run.notes.said).toEqual([]);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('does not hide a failure behind its own', async () => {
    const run = setUp();
    await run.plugin.onFitStart();
    run.run.state = toyState(3);
    rmSync(folder.resolve('checkpoints'), { recursive: true });
    writeFileSync(folder.resolve('checkpoints'), 'in the way');
    await run.plugin.onException(hookContext({ globalStep: 3 }), new Error('a worker died'));
    expect(run.notes.said).toEqual([
      `warning: The state at the end of the run could not be saved. ${folder.resolve('checkpoints/epoch=0-step=3')} ` +
        `could not be written: ENOTDIR: not a directory, mkdir '${folder.resolve('checkpoints')}/.new-${process.pid}-1'. ` +
        'Earlier checkpoints are untouched. ' +
        'Free space on the disk or make the folder writable, then resume with --resume last.',
    ]);
  });

  it('continues in the folder of the run that it resumes', async () => {
    await fit(setUp({ monitor: 'knn_accuracy', mode: 'max' }), [0.7, 0.6]);
    mkdirSync(folder.resolve('checkpoints/.new-99999-1'));
    const resumed = setUp({ monitor: 'knn_accuracy', mode: 'max' });
    const { state } = await resumed.plugin.read('last');
    resumed.plugin.onLoadCheckpoint(hookContext(), state);
    await resumed.plugin.onFitStart();
    expect(listing()).toEqual(['best', 'epoch=0-step=4', 'epoch=1-step=8', 'last']);
    resumed.run.state = toyState(8);
    await resumed.plugin.onTrainEnd(hookContext({ epoch: 1, globalStep: 8 }));
    expect(resumed.notes.said).toEqual([]);
    resumed.run.state = toyState(12);
    await resumed.plugin.onTrainEpochEnd(hookContext({ epoch: 2, globalStep: 12 }, { knn_accuracy: 0.65 }));
    expect(listing()).toEqual(['best', 'epoch=0-step=4', 'epoch=1-step=8', 'epoch=2-step=12', 'last']);
    expect(pointer('best')).toBe('epoch=0-step=4');
  });

  it('uses a new name if an older branch of the run has the same one', async () => {
    await fit(setUp({ keepLast: 'all' }), [1, 2]);
    const resumed = setUp({ keepLast: 'all' });
    resumed.plugin.onLoadCheckpoint(hookContext(), (await resumed.plugin.read('epoch=0-step=4')).state);
    await resumed.plugin.onFitStart();
    resumed.run.state = toyState(8);
    await resumed.plugin.onTrainEpochEnd(hookContext({ epoch: 1, globalStep: 8 }));
    expect(listing()).toEqual(['epoch=0-step=4', 'epoch=1-step=8', 'epoch=1-step=8-v2', 'last']);
    expect(pointer('last')).toBe('epoch=1-step=8-v2');
  });

  it('only reads when it is disabled', async () => {
    const run = setUp({}, { enableCheckpointing: false });
    await fit(run, [1]);
    expect(readdirSync(folder.path)).toEqual([]);
    expect(await messageOf(() => run.plugin.read('last'))).toBe(
      `No checkpoint was found in ${folder.resolve('checkpoints')}. Start a new run without --resume.`,
    );
  });
});
