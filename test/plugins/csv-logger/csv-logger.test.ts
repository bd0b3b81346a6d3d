import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { CsvLogger, csvLogger } from '../../../plugins/csv-logger';
import { jsonText, parseJson } from '../../../src/contracts';
import type { MetricRow, RunState } from '../../../src/contracts';
import { FakeEvents, Notes, TemporaryRunFolder, hookContext, messageOf } from '../fakes/run';

describe('the CSV logger', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const file = () => folder.resolve('metrics.csv');
  const text = () => readFileSync(file(), 'utf8');

  function setUp() {
    const events = new FakeEvents();
    const notes = new Notes();
    const logger = new CsvLogger(csvLogger().options as never, events, folder, notes.notify);
    const log = (step: number, values: Record<string, number>, kind: MetricRow['kind'] = 'step') =>
      events.emit('metricsLogged', { kind, epoch: Math.floor((step - 1) / 3), step, values });
    return { events, logger, log, notes };
  }

  /** A run of `steps` steps in epochs of three, whose third epoch brings a new metric. */
  async function train({ logger, log }: ReturnType<typeof setUp>, from: number, to: number): Promise<void> {
    for (let step = from; step <= to; step++) {
      log(step, { loss: -1 / step, ...(step > 6 ? { 'late,"one"': step } : {}) });
      await logger.onTrainBatchEnd();
      if (step % 3 === 0) log(step, { knn_accuracy: step / 10 }, 'epoch');
    }
  }

  it('writes a row per logging event, with the metrics in order of appearance', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { loss: -0.1, z_std: 0.9 });
    run.log(2, { z_std: 1e-7 });
    await run.logger.onTrainEpochEnd();
    expect(text()).toBe('epoch,step,loss,z_std\n0,1,-0.1,0.9\n0,2,,1e-7\n');
  });

  it("writes NaN, the infinities and minus zero in Python's notation", async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { nan: NaN, high: Infinity, low: -Infinity, zero: -0 });
    await run.logger.onTrainEpochEnd();
    expect(text()).toBe('epoch,step,nan,high,low,zero\n0,1,nan,inf,-inf,-0.0\n');
  });

  it('widens the file for a metric that appears later, and quotes as in RFC 4180', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    await train(run, 1, 7);
    await run.logger.teardown();
    expect(text()).toBe(
      [
        'epoch,step,loss,knn_accuracy,"late,""one"""',
        '0,1,-1,,',
        '0,2,-0.5,,',
        '0,3,-0.3333333333333333,,',
        '0,3,,0.3,',
        '1,4,-0.25,,',
        '1,5,-0.2,,',
        '1,6,-0.16666666666666666,,',
        '1,6,,0.6,',
        '2,7,-0.14285714285714285,,7',
        '',
      ].join('\n'),
    );
    expect(readdirSync(folder.path)).toEqual(['metrics.csv']);
  });

  it.each([
    ['at an epoch end, further in the same epoch', 6, 7],
    ['in the middle of an epoch, after later epochs brought new metrics', 5, 9],
    ['before the file was widened', 2, 8],
  ])('ends with the same bytes after a kill and a resume %s', async (_, savedAt, killedAt) => {
    const whole = setUp();
    await whole.logger.onFitStart();
    await train(whole, 1, 9);
    await whole.logger.teardown();
    const expected = text();
    renameSync(file(), folder.resolve('whole.csv'));

    const killed = setUp();
    await killed.logger.onFitStart();
    await train(killed, 1, savedAt);
    const saved = parseJson(jsonText(killed.logger.pluginState())) as never;
    await killed.logger.onSaveCheckpoint();
    await train(killed, savedAt + 1, killedAt);

    const resumed = setUp();
    resumed.logger.restorePluginState(saved);
    await resumed.logger.onFitStart();
    await train(resumed, savedAt + 1, 9);
    await resumed.logger.teardown();
    expect(text()).toBe(expected);
    expect(resumed.notes.said).toEqual([]);
  });

  it('cuts by step if the checkpoint has no state of it', async () => {
    writeFileSync(file(), 'epoch,step,loss\n0,1,1\n0,2,2\n0,3,3\n');
    const { logger } = setUp();
    logger.onLoadCheckpoint(hookContext(), {
      progress: { epoch: 0, nextBatch: 2, globalStep: 2 },
    } as RunState);
    await logger.onFitStart();
    expect(text()).toBe('epoch,step,loss\n0,1,1\n0,2,2\n');
  });

  it('drops a half-written last line of a killed process', async () => {
    writeFileSync(file(), 'epoch,step,loss\n0,1,1\n0,2,0.12');
    const run = setUp();
    await run.logger.onFitStart();
    run.log(2, { loss: 0.125 });
    await run.logger.teardown();
    expect(text()).toBe('epoch,step,loss\n0,1,1\n0,2,0.125\n');
  });

  it('reports that the file has lost rows that belong to the checkpoint', async () => {
    const { logger, notes } = setUp();
    logger.restorePluginState({ rows: 5 });
    await logger.onFitStart();
    expect(notes.said).toEqual([
      `warning: ${file()} contains 0 of the 5 rows that it had when the checkpoint was saved.`,
    ]);
  });

  it('rejects a file with a row of the wrong length', async () => {
    writeFileSync(file(), 'epoch,step,loss\n0,1\n0,2,2\n');
    const { logger } = setUp();
    expect(await messageOf(() => logger.onFitStart())).toBe(
      `${file()} has 2 fields instead of 3 in row 1. Repair the row, or move the file away.`,
    );
  });

  it('names a file that cannot be read', async () => {
    mkdirSync(file());
    const { logger } = setUp();
    expect(await messageOf(() => logger.onFitStart())).toBe(
      `${file()} cannot be read: it is a folder, not a regular file. ` +
        'Make the file readable, or move it away.',
    );
  });

  it('keeps rows that could not be written, and writes them later', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { loss: 1 });
    await run.logger.onTrainBatchEnd();
    renameSync(file(), folder.resolve('elsewhere.csv'));
    run.log(2, { loss: 2 });
    expect(await messageOf(() => run.logger.onTrainBatchEnd())).toBe(
      `${file()} cannot be written: ENOENT: no such file or directory, open '${file()}'. ` +
        '1 rows of metrics wait in memory; nothing in the file was lost. ' +
        'Free space on the disk or make the folder writable.',
    );
    renameSync(folder.resolve('elsewhere.csv'), file());
    run.log(3, { loss: 3 });
    await run.logger.teardown();
    expect(text()).toBe('epoch,step,loss\n0,1,1\n0,2,2\n0,3,3\n');
  });

  it('overwrites the half row of a failed write', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { loss: 1 });
    await run.logger.onTrainBatchEnd();
    writeFileSync(file(), '0,2,0.1250000000000001', { flag: 'a' });
    run.log(2, { loss: 0.125 });
    await run.logger.onTrainBatchEnd();
    expect(text()).toBe('epoch,step,loss\n0,1,1\n0,2,0.125\n');
  });

  it('writes nothing for a run that logs nothing, and stops listening', async () => {
    const { events, logger } = setUp();
    await logger.onFitStart();
    await logger.teardown();
    expect(existsSync(file())).toBe(false);
    expect(events.listenerCount).toBe(0);
  });
});
