import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Checkpointing, checkpointing } from '../../../plugins/checkpointing';
import { DurableFiles } from '../../../plugins/checkpointing/checkpoint-store';
import { FulgurError, soloRanks } from '../../../src';
import type { HookContext } from '../../../src';
import { TemporaryRunFolder, hookContext, runSettings } from '../fakes/run';
import { toyState } from './toy-state';

type Options = NonNullable<Parameters<typeof checkpointing>[0]>;
/** The metric after each update, four to an epoch; `null` where none was measured. */
type Scores = readonly (number | null)[];

const result = { loss: 1, updated: true, batchSize: 4, stepSeconds: 1, dataSeconds: 0 };
const interrupt = new FulgurError('interrupted', { what: 'Ctrl-C.', fix: 'Resume.' });

describe('the saves that checkpointing reports', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const names = () => {
    const all = readdirSync(folder.resolve('checkpoints'));
    return all.filter((name) => name.includes('step=')).sort();
  };

  /** A plugin, and what the folder held at each of its messages. */
  function setUp(options: Options) {
    const run = { state: toyState(0) };
    const moments: { said: string; there: string[] }[] = [];
    const plugin = new Checkpointing(
      checkpointing(options).options as never,
      folder,
      runSettings(),
      { capture: () => Promise.resolve(run.state) },
      (_, said) => moments.push({ said, there: names() }),
      soloRanks,
    );
    return { plugin, run, moments };
  }

  type Run = ReturnType<typeof setUp>;

  function contextAt(globalStep: number, score: number | null): HookContext {
    const epoch = Math.floor((globalStep - 1) / 4);
    const metrics = score === null ? {} : { val_loss: score };
    return hookContext({ epoch, batchIndex: (globalStep - 1) % 4, globalStep }, metrics);
  }

  /** Trains from update `from` on, with a validation after every second one. */
  async function train({ plugin, run }: Run, scores: Scores, from = 1): Promise<void> {
    await plugin.onFitStart();
    for (const [index, score] of scores.entries()) {
      const step = from + index;
      run.state = toyState(step);
      const context = contextAt(step, score);
      await plugin.onTrainBatchEnd(context, result);
      if (step % 2 === 0) await plugin.onValidationEnd(context);
      if (step % 4 === 0) await plugin.onTrainEpochEnd(context);
    }
  }

  async function breakOff({ plugin, run }: Run, step: number, error: Error): Promise<void> {
    run.state = toyState(step);
    await plugin.onException(contextAt(step, null), error);
  }

  function requireThere({ moments }: Run): void {
    for (const { said, there } of moments) {
      const name = /^Saved checkpoint (\S+) /.exec(said)?.[1];
      if (name !== undefined) expect(there).toContain(name);
    }
    // Pointers name what is there.
    for (const pointer of readdirSync(folder.resolve('checkpoints')).filter((name) =>
      /^(last|best)$/.test(name),
    )) {
      expect(names()).toContain(readFileSync(folder.resolve('checkpoints', pointer), 'utf8').trim());
    }
  }

  const rules: Options[] = [
    {},
    { keepLast: 1 },
    { monitor: 'val_loss', keepLast: 1 },
    { monitor: 'val_loss', saveLast: false },
    { monitor: 'val_loss', saveLast: false, saveTopK: 2, everyNSteps: 1 },
    { monitor: 'val_loss', saveLast: false, strict: false, everyNSteps: 3 },
    { monitor: 'val_loss', saveLast: false, keepLast: 'all' },
    { monitor: 'val_loss', saveLast: false, afterValidation: false, everyNEpochs: 2 },
    { monitor: 'val_loss', saveLast: false, everyNEpochs: null, everyNSeconds: 1e-9 },
    { everyNSteps: 1, everyNSeconds: 1e-9, keepLast: 1 },
  ];
  const courses: Scores[] = [
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8],
    [NaN, NaN, NaN, NaN, Infinity, -Infinity, NaN, 1],
    [null, null, null, 0.5, null, 0.6, null, 0.4],
  ];

  it.each(
    rules.flatMap((rule) =>
      courses.map((scores) => [JSON.stringify(rule), String(scores), rule, scores] as const),
    ),
  )(
    'is there, with %s and scores %s, and so is the state of a run that interrupted',
    async (_, __, rule, scores) => {
      const first = setUp(rule);
      await train(first, scores);
      await breakOff(first, 9, interrupt);
      expect(first.moments.at(-1)).toEqual({
        said: 'Saved checkpoint epoch=2-step=9 (interrupted).',
        there: expect.arrayContaining(['epoch=2-step=9']) as string[],
      });
      requireThere(first);
      // Found by `last`, whatever the rule; and it stays until something newer is there.
      const second = setUp(rule);
      const { state } = await second.plugin.read('last');
      expect(state.progress.globalStep).toBe(9);
      second.plugin.onLoadCheckpoint(contextAt(9, null), state);
      await train(second, [null, null], 10);
      const newest = () => second.plugin.read('last').then((found) => found.state.progress.globalStep);
      expect(await newest()).toBeGreaterThanOrEqual(9);
      await breakOff(second, 12, new Error('a worker died'));
      expect(await newest()).toBe(12);
      requireThere(second);
    },
  );

  it('include only the best, if nothing else is to be kept', async () => {
    const run = setUp({ monitor: 'val_loss', saveLast: false });
    await train(run, [null, 0.5, null, 0.6, null, 0.4, null, 0.7]);
    expect(run.moments).toEqual([
      { said: 'Saved checkpoint epoch=0-step=2 (validation after step 2).', there: ['epoch=0-step=2'] },
      { said: 'Saved checkpoint epoch=1-step=6 (validation after step 6).', there: ['epoch=1-step=6'] },
    ]);
    run.run.state = toyState(9);
    await run.plugin.onTrainEnd(contextAt(9, null));
    expect(names()).toEqual(['epoch=1-step=6']);
  });

  it('include the state of a failed run, which is deleted with the next one that is kept', async () => {
    const run = setUp({ monitor: 'val_loss', saveLast: false });
    await train(run, [null, 0.5]);
    await breakOff(run, 3, interrupt);
    expect(names()).toEqual(['epoch=0-step=2', 'epoch=0-step=3']);
    await train(run, [0.6], 4);
    expect(names()).toEqual(['epoch=0-step=2', 'epoch=0-step=3']);
    await train(run, [null, 0.4], 5);
    expect(names()).toEqual(['epoch=1-step=6']);
  });

  it('end with a warning if nothing could be kept', async () => {
    const run = setUp({ monitor: 'val_loss', saveLast: false });
    await train(run, [NaN, NaN, NaN, NaN]);
    await run.plugin.onTrainEnd(contextAt(4, NaN));
    expect(run.moments).toEqual([
      {
        said: 'checkpointing() saved nothing: saveLast is false, and val_loss was never measured when it could rank a checkpoint.',
        there: [],
      },
    ]);
  });

  it('wait their interval even after a state that was not kept', async () => {
    const run = setUp({ monitor: 'val_loss', saveLast: false, everyNSeconds: 0.05, everyNEpochs: null });
    let captures = 0;
    const capture = run.plugin['runState'].capture;
    Object.assign(run.plugin['runState'], {
      capture: () => {
        captures += 1;
        return capture();
      },
    });
    await run.plugin.onFitStart();
    await wait(60);
    for (const step of [1, 2, 3]) await run.plugin.onTrainBatchEnd(contextAt(step, null), result);
    expect(captures).toBe(1);
  });

  it('continue if a checkpoint cannot be deleted, which is tried again', async () => {
    const run = setUp({ keepLast: 1 });
    await train(run, [null, null, null, null]);
    const { rename } = DurableFiles.prototype;
    const spy = jest.spyOn(DurableFiles.prototype, 'rename').mockImplementation(function (
      this: DurableFiles,
      ...paths
    ) {
      return paths[0].endsWith('epoch=0-step=4')
        ? Promise.reject(new Error('EBUSY: resource busy'))
        : rename.apply(this, paths);
    });
    await train(run, [null, null, null, null], 5);
    spy.mockRestore();
    const stuck =
      `${folder.resolve('checkpoints/epoch=0-step=4')} could not be removed: EBUSY: resource busy. ` +
      'Make the folder writable.';
    expect(run.moments.map(({ said }) => said).slice(2)).toEqual([
      stuck,
      'Saved checkpoint epoch=1-step=6 (validation after step 6).',
      stuck,
      'Saved checkpoint epoch=1-step=8 (end of epoch 1).',
    ]);
    expect(names()).toEqual(['epoch=0-step=4', 'epoch=1-step=8']);
    await train(run, [null, null, null, null], 9);
    expect(names()).toEqual(['epoch=2-step=12']);
  });

  it('leave no pointer to a deleted checkpoint', async () => {
    const ranked = setUp({ monitor: 'val_loss', keepLast: 1 });
    await train(ranked, [null, null, null, 0.1]);
    const unranked = setUp({ keepLast: 1 });
    await train(unranked, [null, null, null, null], 5);
    expect(readdirSync(folder.resolve('checkpoints')).sort()).toEqual(['epoch=1-step=8', 'last']);
    requireThere(unranked);
  });
});
