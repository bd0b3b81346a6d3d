import { mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { JsonlLogger, jsonlLogger } from '../../../plugins/jsonl-logger';
import { jsonText, parseJson } from '../../../src/contracts';
import type { MetricRow, RunState } from '../../../src/contracts';
import { FakeEvents, Notes, TemporaryRunFolder, hookContext, messageOf } from '../fakes/run';

describe('the JSON Lines logger', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const file = () => folder.resolve('metrics.jsonl');
  const text = () => readFileSync(file(), 'utf8');

  function setUp() {
    const events = new FakeEvents();
    const notes = new Notes();
    const logger = new JsonlLogger(jsonlLogger().options as never, events, folder, notes.notify);
    const log = (step: number, values: Record<string, number>, kind: MetricRow['kind'] = 'step') =>
      events.emit('metricsLogged', { kind, epoch: Math.floor((step - 1) / 3), step, values });
    return { events, logger, log, notes };
  }

  /** Steps in epochs of three, each epoch with a row of its own at its last step. */
  async function train({ logger, log }: ReturnType<typeof setUp>, from: number, to: number): Promise<void> {
    for (let step = from; step <= to; step++) {
      log(step, { loss: step === 5 ? NaN : -1 / step });
      await logger.onTrainBatchEnd();
      if (step % 3 === 0) log(step, { knn_accuracy: step / 10 }, 'epoch');
    }
  }

  it('writes one object per logging event', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { loss: -0.1, z_std: 0.9 });
    run.log(3, { knn_accuracy: 0.5 }, 'epoch');
    await run.logger.onTrainEpochEnd();
    expect(text()).toBe(
      '{"epoch":0,"step":1,"kind":"step","values":{"loss":-0.1,"z_std":0.9}}\n' +
        '{"epoch":0,"step":3,"kind":"epoch","values":{"knn_accuracy":0.5}}\n',
    );
  });

  it('writes NaN and the infinities as strings that Number() reads', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { a: NaN, b: Infinity, c: -Infinity, d: 1e-45 });
    await run.logger.teardown();
    const { values } = JSON.parse(text()) as { values: Record<string, unknown> };
    expect(values).toEqual({ a: 'NaN', b: 'Infinity', c: '-Infinity', d: 1e-45 });
    expect(Object.values(values).map(Number)).toEqual([NaN, Infinity, -Infinity, 1e-45]);
  });

  it.each([
    ['before an epoch that shares its step with the checkpoint', 3, 7],
    ['in the middle of an epoch', 5, 9],
  ])('ends with the same bytes after a kill and a resume %s', async (_, savedAt, killedAt) => {
    const whole = setUp();
    await whole.logger.onFitStart();
    await train(whole, 1, 9);
    await whole.logger.teardown();
    const expected = text();
    renameSync(file(), folder.resolve('whole.jsonl'));

    const killed = setUp();
    await killed.logger.onFitStart();
    await train(killed, 1, savedAt);
    const saved = parseJson(jsonText(killed.logger.pluginState())) as never;
    await killed.logger.onSaveCheckpoint();
    await train(killed, savedAt + 1, killedAt);
    writeFileSync(file(), '{"epoch":2,"st', { flag: 'a' });

    const resumed = setUp();
    resumed.logger.restorePluginState(saved);
    await resumed.logger.onFitStart();
    await train(resumed, savedAt + 1, 9);
    await resumed.logger.teardown();
    expect(text()).toBe(expected);
    expect(resumed.notes.said).toEqual([]);
  });

  it('cuts by step if the checkpoint has no state of it, and leaves the kept lines unchanged', async () => {
    const [first, second] = ['{"step":1,"values":{"a":1.50}}\n', '{ "step": 2 }\n'];
    writeFileSync(file(), `${first}${second}{"step":3}\n`);
    const { logger } = setUp();
    logger.onLoadCheckpoint(hookContext(), { progress: { globalStep: 2 } } as RunState);
    await logger.onFitStart();
    expect(text()).toBe(first + second);
  });

  it('reports that the file has lost rows that belong to the checkpoint', async () => {
    const { logger, notes } = setUp();
    logger.restorePluginState({ rows: 5 });
    await logger.onFitStart();
    expect(notes.said).toEqual([
      `warning: ${file()} contains 0 of the 5 rows that it had when the checkpoint was saved.`,
    ]);
  });

  it.each(['{"step":1', '7', 'null'])('rejects a file with the line %s', async (line) => {
    writeFileSync(file(), `{"step":1}\n${line}\n{"step":3}\n`);
    const { logger } = setUp();
    expect(await messageOf(() => logger.onFitStart())).toBe(
      `${file()} has no JSON object in line 2. Repair the line, or move the file away.`,
    );
  });

  it('keeps rows that could not be written, and later writes them over a half line', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { loss: 1 });
    await run.logger.onTrainBatchEnd();
    const before = text();
    renameSync(file(), folder.resolve('elsewhere'));
    mkdirSync(file());
    run.log(2, { loss: 2 });
    expect(await messageOf(() => run.logger.onTrainBatchEnd())).toBe(
      `${file()} cannot be written: EISDIR: illegal operation on a directory, open '${file()}'. ` +
        '1 rows of metrics wait in memory; nothing in the file was lost. ' +
        'Free space on the disk or make the folder writable.',
    );
    rmdirSync(file());
    renameSync(folder.resolve('elsewhere'), file());
    writeFileSync(file(), '{"epoch":0,"step":2,"kind":"step","val', { flag: 'a' });
    await run.logger.teardown();
    expect(text()).toBe(`${before}{"epoch":0,"step":2,"kind":"step","values":{"loss":2}}\n`);
  });

  it('writes nothing for a run that logs nothing, and stops listening', async () => {
    const { events, logger } = setUp();
    await logger.onFitStart();
    await logger.onSaveCheckpoint();
    await logger.teardown();
    expect(readdirSync(folder.path)).toEqual([]);
    expect(events.listenerCount).toBe(0);
  });

  it.each(['../metrics.jsonl', ''])('rejects the file name %j', (fileName) => {
    expect(jsonlLogger({ fileName }).problems).toEqual([
      `jsonlLogger(): fileName is ${JSON.stringify(fileName)} (expected a file name without a folder).`,
    ]);
  });
});
