import { mkdirSync, readFileSync, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { TensorboardLogger, tensorboardLogger } from '../../../plugins/tensorboard-logger';
import type { TensorboardLoggerOptions } from '../../../plugins/tensorboard-logger';
import { jsonText, parseJson } from '../../../src/contracts';
import type { MetricRow, RunState } from '../../../src/contracts';
import { picture } from '../fakes/picture';
import { FakeEvents, TemporaryRunFolder, hookContext, messageOf, runSettings } from '../fakes/run';
import { imagesShown, readEvent, readRecords, scalarsShown } from './event-reader';

describe('the TensorBoard logger', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  const names = () => readdirSync(folder.resolve('tensorboard')).sort();
  const path = (index: number) => folder.resolve('tensorboard', names()[index] ?? 'no such file');
  const files = () => names().map((_, index) => readFileSync(path(index)));
  const eventsOf = (index: number) => readRecords(readFileSync(path(index))).map(readEvent);

  function setUp(options: TensorboardLoggerOptions = {}, place = folder) {
    const events = new FakeEvents();
    const settings = runSettings({ hyperparameters: { lr: 0.06 } });
    const logger = new TensorboardLogger(
      tensorboardLogger(options).options as never,
      events,
      place,
      settings,
    );
    const log = (step: number, values: Record<string, number>, kind: MetricRow['kind'] = 'step') =>
      events.emit('metricsLogged', { kind, epoch: Math.floor((step - 1) / 3), step, values });
    return { events, logger, log };
  }

  const resumedAt = (globalStep: number) => ({ progress: { globalStep } }) as RunState;

  /** Steps in epochs of three; the checkpoint of an epoch's end is saved before the epoch's row is logged. */
  async function train({ logger, log }: ReturnType<typeof setUp>, from: number, to: number): Promise<void> {
    for (let step = from; step <= to; step++) {
      if (step % 3 === 1 && step > 1) log(step - 1, { knn_accuracy: step / 8 }, 'epoch');
      log(step, { loss: -1 / step, ...(step > 6 ? { late: NaN } : {}) });
      await logger.onTrainBatchEnd();
    }
  }

  it('starts a file with its version, the start of a session and the hyperparameters', async () => {
    const { logger } = setUp();
    await logger.onFitStart();
    expect(eventsOf(0).map(({ version, isStart, otherTags }) => ({ version, isStart, otherTags }))).toEqual([
      { version: 'brain.Event:2', isStart: false, otherTags: [] },
      { version: undefined, isStart: true, otherTags: [] },
      { version: undefined, isStart: false, otherTags: ['_hparams_/session_start_info'] },
    ]);
  });

  it('writes scalars under their names by step, as float32, with the time of logging', async () => {
    const run = setUp();
    const before = Date.now() / 1000;
    await run.logger.onFitStart();
    run.log(1, { loss: -0.1, 'val/accuracy': 0.25 });
    const after = Date.now() / 1000;
    run.log(2, { loss: NaN });
    await run.logger.onTrainBatchEnd();
    expect(scalarsShown(files())).toEqual([
      ['loss', 1, Math.fround(-0.1)],
      ['val/accuracy', 1, 0.25],
      ['loss', 2, NaN],
    ]);
    const time = eventsOf(0)[3]?.time ?? NaN;
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  });

  it('records success at the end of a finished fit, and nothing without hyperparameters', async () => {
    const finished = setUp();
    await finished.logger.onFitStart();
    finished.logger.onFitEnd();
    await finished.logger.teardown();
    expect(eventsOf(0).at(-1)?.otherTags).toEqual(['_hparams_/session_end_info']);

    const without = setUp({ hyperparameters: false });
    await without.logger.onFitStart();
    without.logger.onFitEnd();
    await without.logger.teardown();
    expect(eventsOf(1).flatMap(({ otherTags }) => otherTags)).toEqual([]);
  });

  it.each([
    ["at an epoch's end, whose row came after the checkpoint", 3, 8],
    ['in the middle of an epoch, after later epochs brought new metrics', 5, 9],
  ])('shows each point once after a kill and a resume %s', async (_, savedAt, killedAt) => {
    const killed = setUp();
    await killed.logger.onFitStart();
    await train(killed, 1, savedAt);
    const saved = parseJson(jsonText(killed.logger.pluginState())) as never;
    await killed.logger.onSaveCheckpoint();
    await train(killed, savedAt + 1, killedAt);
    const whole = readFileSync(path(0));
    writeFileSync(path(0), whole.subarray(0, whole.length - 5));

    const resumed = setUp();
    resumed.logger.onLoadCheckpoint(hookContext(), resumedAt(savedAt));
    resumed.logger.restorePluginState(saved);
    await resumed.logger.onFitStart();
    await train(resumed, savedAt + 1, 9);
    await resumed.logger.teardown();
    const shown = scalarsShown(files());
    expect(names()).toHaveLength(2);

    const other = new TemporaryRunFolder();
    const never = setUp({}, other);
    await never.logger.onFitStart();
    await train(never, 1, 9);
    await never.logger.teardown();
    const [name = ''] = readdirSync(other.resolve('tensorboard'));
    expect(shown).toEqual(scalarsShown([readFileSync(other.resolve('tensorboard', name))]));
    other.remove();
  });

  it('keeps NaN and the time of a row that it rewrites', async () => {
    const killed = setUp();
    await killed.logger.onFitStart();
    killed.log(1, { loss: 1 });
    killed.log(2, { loss: NaN, scale: -Infinity });
    const saved = parseJson(jsonText(killed.logger.pluginState())) as never;
    await killed.logger.onSaveCheckpoint();
    const resumed = setUp();
    resumed.logger.onLoadCheckpoint(hookContext(), resumedAt(2));
    resumed.logger.restorePluginState(saved);
    await resumed.logger.onFitStart();
    expect(scalarsShown(files())).toEqual([
      ['loss', 1, 1],
      ['loss', 2, NaN],
      ['scale', 2, -Infinity],
    ]);
    expect(eventsOf(1).at(-1)?.time).toBe(eventsOf(0).at(-1)?.time);
  });

  it('keeps the whole step if the checkpoint has no state of it', async () => {
    const killed = setUp();
    await killed.logger.onFitStart();
    await train(killed, 1, 3);
    const resumed = setUp();
    resumed.logger.onLoadCheckpoint(hookContext(), resumedAt(2));
    await resumed.logger.onFitStart();
    expect(scalarsShown(files()).map(([, step]) => step)).toEqual([1, 2]);
  });

  it('names a new file so that it follows all earlier ones, even if the clock went backwards', async () => {
    mkdirSync(folder.resolve('tensorboard'));
    const future = 'events.out.tfevents.9000000000.fulgur';
    writeFileSync(folder.resolve('tensorboard', future), '');
    await setUp().logger.onFitStart();
    await setUp().logger.onFitStart();
    expect(names()).toEqual([
      future,
      'events.out.tfevents.9000000001.fulgur',
      'events.out.tfevents.9000000002.fulgur',
    ]);
  });

  it('keeps events that could not be written, and later writes them over a half record', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    const file = path(0);
    renameSync(file, folder.resolve('elsewhere'));
    mkdirSync(file);
    run.log(1, { loss: 1 });
    expect(await messageOf(() => run.logger.onTrainBatchEnd())).toBe(
      `${file} cannot be written: EISDIR: illegal operation on a directory, open '${file}'. ` +
        '1 rows of metrics wait in memory; nothing in the file was lost. ' +
        'Free space on the disk or make the folder writable.',
    );
    rmdirSync(file);
    renameSync(folder.resolve('elsewhere'), file);
    writeFileSync(file, Buffer.alloc(7, 1), { flag: 'a' });
    run.log(2, { loss: 2 });
    await run.logger.teardown();
    expect(scalarsShown(files())).toEqual([
      ['loss', 1, 1],
      ['loss', 2, 2],
    ]);
    expect(run.events.listenerCount).toBe(0);
  });

  it('writes images with their size, channels and caption', async () => {
    const { events, logger } = setUp();
    await logger.onFitStart();
    const image = await picture({ name: 'ansichten/größe', step: 7, caption: 'Ein Feld.' });
    events.emit('imageLogged', image);
    await logger.onTrainBatchEnd();
    const { step, images } = eventsOf(0).at(-1) ?? {};
    expect({ step, images }).toEqual({
      step: 7,
      images: [{ tag: 'ansichten/größe', shape: [2, 3, 3], png: image.png, caption: 'Ein Feld.' }],
    });
    await logger.teardown();
    expect(events.listenerCount).toBe(0);
  });

  it("shows each image once after a kill, including those of the checkpoint's step", async () => {
    const killed = setUp();
    await killed.logger.onFitStart();
    const show = async ({ events, logger }: ReturnType<typeof setUp>, name: string, step: number) => {
      events.emit('imageLogged', await picture({ name, step }));
      await logger.onTrainBatchEnd();
    };
    await show(killed, 'views', 4);
    await show(killed, 'map', 8);
    const state = parseJson(jsonText(killed.logger.pluginState()));
    await show(killed, 'views', 8);
    await show(killed, 'views', 12);

    const resumed = setUp();
    resumed.logger.restorePluginState(state);
    resumed.logger.onLoadCheckpoint(hookContext(), resumedAt(8));
    await resumed.logger.onFitStart();
    expect(imagesShown(files())).toEqual(['views 4', 'map 8']);
    await show(resumed, 'views', 8);
    await show(resumed, 'views', 12);
    expect(imagesShown(files())).toEqual(['views 4', 'map 8', 'views 8', 'views 12']);
    // A checkpoint at once, and another resume.
    const again = setUp();
    again.logger.restorePluginState(state);
    again.logger.onLoadCheckpoint(hookContext(), resumedAt(8));
    await again.logger.onFitStart();
    expect(imagesShown(files())).toEqual(['views 4', 'map 8']);
  });
});
