import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntityNames } from '../../../plugins/mlflow-logger/entities';
import { MlflowLogger, mlflowLogger } from '../../../plugins/mlflow-logger';
import type { MlflowLoggerOptions } from '../../../plugins/mlflow-logger';
import { jsonText, parseJson } from '../../../src/contracts';
import type { MetricRow, RunSettings, RunState } from '../../../src/contracts';
import { FulgurError } from '../../../src/errors';
import { picture } from '../fakes/picture';
import { FakeEvents, Notes, TemporaryRunFolder, hookContext, runSettings } from '../fakes/run';
import { FakeMlflow } from './fake-mlflow';

describe('the MLflow logger', () => {
  let folder: TemporaryRunFolder;
  let server: FakeMlflow;
  beforeEach(async () => {
    folder = new TemporaryRunFolder();
    server = new FakeMlflow();
    await server.start();
  });
  afterEach(async () => {
    await server.stop();
    folder.remove();
  });

  function setUp(options: MlflowLoggerOptions = {}, settings: Partial<RunSettings> = {}) {
    const events = new FakeEvents();
    const notes = new Notes();
    const { options: complete } = mlflowLogger({
      trackingUri: server.address,
      teardownSeconds: 0.5,
      ...options,
    });
    const logger = new MlflowLogger(complete as never, events, folder, runSettings(settings), notes.notify);
    const log = (step: number, values: Record<string, number>, kind: MetricRow['kind'] = 'step') =>
      events.emit('metricsLogged', { kind, epoch: 0, step, values });
    return { events, logger, log, notes };
  }

  type Run = ReturnType<typeof setUp>;

  async function train({ logger, log }: Run, from: number, to: number, scale = 1): Promise<void> {
    for (let step = from; step <= to; step++) {
      log(step, { loss: -scale / step });
      await logger.onTrainBatchEnd();
    }
  }

  function save({ logger }: Run): never {
    return parseJson(jsonText(logger.pluginState())) as never;
  }

  async function resume(run: Run, globalStep: number, saved: never): Promise<void> {
    run.logger.onLoadCheckpoint(hookContext(), { progress: { globalStep } } as RunState);
    run.logger.restorePluginState(saved);
    await run.logger.onFitStart();
  }

  /** Until the server has got so many calls, as it does beside the training. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5);
  }

  const points = () => server.runs[0]?.metrics.map(({ key, step, value }) => [key, step, value]);
  const journal = () => folder.resolve('mlflow.jsonl');

  it('records params, metrics with the time of logging, tags, and that the run finished', async () => {
    const run = setUp(
      { tags: { purpose: 'test' } },
      { hyperparameters: { lr: 0.06 }, config: { seed: 3, a: { b: [1] } } },
    );
    const before = Date.now();
    await run.logger.onFitStart();
    run.log(1, { loss: -0.5, 'val acc (%)': NaN });
    run.log(2, { loss: -Infinity }, 'epoch');
    await run.logger.onTrainEpochEnd();
    await run.logger.teardown();
    const [made] = server.runs;
    expect(made).toMatchObject({
      experiment: 'toy',
      name: '0',
      tags: { purpose: 'test' },
      params: { lr: '0.06', 'config.seed': '3', 'config.a.b': '[1]' },
      statuses: ['RUNNING', 'FINISHED'],
    });
    expect(points()).toEqual([
      ['loss', 1, -0.5],
      ['val acc ___', 1, 'NaN'],
      ['loss', 2, '-Infinity'],
    ]);
    const time = made?.metrics[0]?.timestamp ?? NaN;
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(Date.now());
    expect(run.notes.said).toEqual([]);
    expect(run.events.listenerCount).toBe(0);
  });

  it('never gives two metrics the same name, even after a resume', async () => {
    const run = setUp();
    await run.logger.onFitStart();
    run.log(1, { 'acc@1': 0.1, 'acc#1': 0.2, acc_1: 0.3 });
    await run.logger.onTrainBatchEnd();
    const saved = save(run);
    run.log(2, { 'acc#1': 0.4 });
    await run.logger.teardown();
    const resumed = setUp();
    await resume(resumed, 1, saved);
    resumed.log(2, { 'acc#1': 0.4 });
    resumed.log(3, { acc_1: 0.5, 'acc#1': 0.6, 'acc@1': 0.7, 'acc%1': 0.8 });
    await resumed.logger.teardown();
    expect(points()).toEqual([
      ['acc_1', 1, 0.1],
      ['acc_1-2', 1, 0.2],
      ['acc_1-3', 1, 0.3],
      ['acc_1-2', 2, 0.4],
      ['acc_1-3', 3, 0.5],
      ['acc_1-2', 3, 0.6],
      ['acc_1', 3, 0.7],
      ['acc_1-4', 3, 0.8],
    ]);
    expect(run.notes.said).toEqual([
      "warning: MLflow would treat 'acc@1' and 'acc#1' as one metric: 'acc#1' is sent as 'acc_1-2'.",
      "warning: MLflow would treat 'acc@1' and 'acc_1' as one metric: 'acc_1' is sent as 'acc_1-3'.",
    ]);
    expect(resumed.notes.said).toEqual([
      "warning: MLflow would treat 'acc@1' and 'acc%1' as one metric: 'acc%1' is sent as 'acc_1-4'.",
    ]);
  });

  it("never gives two params the same name, and writes numbers in Python's notation", async () => {
    const hyperparameters = { 'lr@head': 1, 'lr#head': 2, margin: Infinity, list: [NaN] };
    const run = setUp({}, { hyperparameters, config: null });
    await run.logger.onFitStart();
    await run.logger.teardown();
    expect(server.runs[0]?.params).toEqual({
      ...{ lr_head: '1', 'lr_head-2': '2', margin: 'Infinity', list: '["NaN"]' },
      config: 'null',
    });
  });

  it.each([
    ['a//b', 'a/_/b'],
    ['/a', '_/a'],
    ['a/', 'a/_'],
    ['./a/../b', '_/a/_/b'],
    ['a/.hidden', 'a/.hidden'],
    [`${'x'.repeat(249)}/y`, `${'x'.repeat(249)}/`.slice(0, 249) + '_'],
    ['größe µ²', 'größe µ²'],
    ['a,"b"', 'a__b_'],
  ])('gives a metric %p a name that MLflow accepts', (name, expected) => {
    expect(new EntityNames().of(name)).toBe(expected);
  });

  it("distinguishes names that differ only beyond MLflow's maximum length", () => {
    const names = new EntityNames();
    const long = (ending: string) => `${'x'.repeat(250)}${ending}`;
    expect([names.of(long('a')), names.of(long('b'))]).toEqual(['x'.repeat(250), `${'x'.repeat(248)}-2`]);
  });

  it('uses an existing experiment, and the given names', async () => {
    server.experiments.push('other', 'mine');
    const run = setUp({ experimentName: 'mine', runName: 'first' });
    await run.logger.onFitStart();
    await run.logger.teardown();
    expect(server.experiments).toEqual(['other', 'mine']);
    expect(server.runs[0]).toMatchObject({ experiment: 'mine', name: 'first' });
  });

  it.each([
    [new FulgurError('interrupted', { what: 'Ctrl-C.', fix: 'Resume.' }), 'KILLED'],
    [new Error('out of memory'), 'FAILED'],
  ])('reports how a run ended by %s', async (error, status) => {
    const run = setUp();
    await run.logger.onFitStart();
    run.logger.onException(hookContext(), error);
    await run.logger.teardown();
    expect(server.runs[0]?.statuses).toEqual(['RUNNING', status]);
  });

  it('respects the limits of a request, and cuts values that are too long for old servers', async () => {
    const hyperparameters = Object.fromEntries(
      Array.from({ length: 230 }, (_, i) => [`h${i}`, 'x'.repeat(600)]),
    );
    const run = setUp({ teardownSeconds: 10 }, { hyperparameters });
    await run.logger.onFitStart();
    for (let step = 1; step <= 700; step++) run.log(step, { a: step, b: step, c: step });
    await run.logger.teardown();
    expect(server.runs[0]?.metrics).toHaveLength(2100);
    expect(Object.keys(server.runs[0]?.params ?? {})).toHaveLength(230);
    expect(server.runs[0]?.params['h229']).toBe(`${'x'.repeat(499)}…`);
    expect(server.calls.filter((call) => call === 'runs/log-batch')).toHaveLength(3 + 3);
    expect(run.notes.said).toEqual([]);
  });

  it('continues the same run after a kill, without duplicating any point, even one that differs', async () => {
    const killed = setUp();
    await killed.logger.onFitStart();
    await train(killed, 1, 3);
    const saved = save(killed);
    await killed.logger.onSaveCheckpoint();
    await train(killed, 4, 6);
    await until(() => points()?.length === 6);
    writeFileSync(journal(), '{"time":17', { flag: 'a' });

    const resumed = setUp();
    await resume(resumed, 3, saved);
    await train(resumed, 4, 8, 2);
    await resumed.logger.teardown();
    expect(server.runs).toHaveLength(1);
    expect(points()).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((step) => ['loss', step, -(step > 6 ? 2 : 1) / step]),
    );
    expect(server.runs[0]?.statuses.at(-1)).toBe('FINISHED');
  });

  it('duplicates no point after two kills, the second before the place of the first', async () => {
    const first = setUp();
    await first.logger.onFitStart();
    await train(first, 1, 6);
    await until(() => points()?.length === 6);
    const second = setUp();
    await resume(second, 0, { runId: null, hasParams: false, sent: 0 } as never);
    await train(second, 1, 3);
    const saved = save(second);
    const third = setUp();
    await resume(third, 3, saved);
    await train(third, 4, 7);
    await third.logger.teardown();
    expect(points()).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => ['loss', step, -1 / step]));
  });

  it('creates only one run if the response to its creation was lost', async () => {
    server.experiments.push('toy');
    server.loseAnswerTo = 'runs/create';
    const run = setUp();
    await run.logger.onFitStart();
    await train(run, 1, 1);
    await until(() => run.notes.said.length > 0);
    await run.logger.teardown();
    expect(server.calls.filter((call) => call === 'runs/create')).toHaveLength(1);
    expect(server.runs).toHaveLength(1);
    expect(points()).toEqual([['loss', 1, -1]]);
  });

  it('delays nothing while the server is unavailable, warns once, and sends when it is back', async () => {
    await server.stop();
    const run = setUp();
    const started = performance.now();
    await run.logger.onFitStart();
    await train(run, 1, 50);
    await run.logger.onSaveCheckpoint();
    expect(performance.now() - started).toBeLessThan(1000);
    await until(() => run.notes.said.length > 0);
    await server.start();
    await until(() => points()?.length === 50);
    await run.logger.teardown();
    expect(run.notes.said).toEqual([
      `warning: MLflow at ${server.address} does not answer (ECONNREFUSED). Training continues, and rows wait until it does.`,
    ]);
    expect(server.runs[0]?.statuses).toEqual(['RUNNING', 'FINISHED']);
  });

  it('keeps what could not be sent to an unavailable server, in bounded time, and sends it on resume', async () => {
    server.mode = 'silent';
    const run = setUp();
    await run.logger.onFitStart();
    await train(run, 1, 4);
    const saved = save(run);
    await run.logger.onSaveCheckpoint();
    const started = performance.now();
    await run.logger.teardown();
    expect(performance.now() - started).toBeLessThan(1500);
    expect(run.notes.said).toEqual([
      `warning: MLflow at ${server.address} does not answer (no response before the end of the run). ` +
        `4 rows of metrics were not sent: they are in ${journal()}, and will be sent when the run is resumed.`,
    ]);
    expect(readFileSync(journal(), 'utf8').split('\n')).toHaveLength(1 + 4 + 1);

    server.mode = 'answers';
    const resumed = setUp();
    await resume(resumed, 4, saved);
    await resumed.logger.teardown();
    expect(points()).toEqual([1, 2, 3, 4].map((step) => ['loss', step, -1 / step]));
  });

  it.each([
    [
      [401, 'Unauthorized'] as const,
      'rejected the login (status 401): put the user and password into trackingUri, or pass token.',
    ],
    [
      [400, { error_code: 'INVALID_PARAMETER_VALUE', message: 'No such thing.' }] as const,
      'rejected experiments/get-by-name (INVALID_PARAMETER_VALUE): No such thing.',
    ],
  ])('reports in one message that %j rejected it, and makes no more requests', async (mode, sentence) => {
    server.mode = mode;
    const run = setUp();
    await run.logger.onFitStart();
    await until(() => run.notes.said.length > 0);
    await train(run, 1, 3);
    await run.logger.teardown();
    const what = `warning: MLflow at ${server.address} ${sentence}`;
    expect(run.notes.said).toEqual([
      `${what} Training continues, and nothing more is sent.`,
      `${what} 3 rows of metrics were not sent: they are in ${journal()}, and will be sent when the run is resumed.`,
    ]);
    expect(server.calls).toHaveLength(1);
  });

  it.each([
    [404, '<!doctype html>'],
    [200, '<!doctype html>'],
    [200, '{"hello": 1}'],
  ])('reports that an address that answers %i with %s is not MLflow', async (status, page) => {
    server.mode = [status, page];
    const run = setUp();
    await run.logger.onFitStart();
    await until(() => run.notes.said.length > 0);
    await run.logger.teardown();
    expect(run.notes.said[0]).toMatch(
      /correct trackingUri\. Training continues, and nothing more is sent\.$/,
    );
  });

  it('logs in as its options require, and never shows the password', async () => {
    server.mode = [403, ''];
    const withPassword = setUp({ trackingUri: server.address.replace('//', '//ann:p%40ss@') });
    await withPassword.logger.onFitStart();
    await withPassword.logger.teardown();
    expect(server.logins[0]).toBe(`Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
    expect(withPassword.notes.said.join()).not.toMatch(/p@ss|p%40ss|ann/);
    const withToken = setUp({ token: 'secret' });
    await withToken.logger.onFitStart();
    await withToken.logger.teardown();
    expect(server.logins.at(-1)).toBe('Bearer secret');
  });

  it('accepts a login with a percent sign that encodes nothing', async () => {
    const run = setUp({ trackingUri: server.address.replace('//', '//100%:half%zz@') });
    await run.logger.onFitStart();
    await run.logger.teardown();
    const login = `Basic ${Buffer.from('100%:half%zz').toString('base64')}`;
    expect(new Set(server.logins)).toEqual(new Set([login]));
  });

  it('rejects an endless response, and reports it', async () => {
    server.mode = [200, 'x'.repeat(20_000_000)];
    const run = setUp();
    await run.logger.onFitStart();
    await until(() => run.notes.said.length > 0);
    expect(run.notes.said).toEqual([
      `warning: ${server.address} sends more than 16 MB in response to experiments/get-by-name: correct trackingUri. ` +
        'Training continues, and nothing more is sent.',
    ]);
    await run.logger.teardown();
  });

  it('warns that the original params are kept, and records the metrics', async () => {
    const first = setUp({}, { hyperparameters: { lr: 0.1 } });
    await first.logger.onFitStart();
    await train(first, 1, 1);
    await first.logger.teardown();
    const again = setUp({}, { hyperparameters: { lr: 0.2 } });
    await again.logger.onFitStart();
    await train(again, 2, 2);
    await again.logger.teardown();
    expect(server.runs[0]?.params['lr']).toBe('0.1');
    expect(points()).toHaveLength(2);
    expect(again.notes.said).toEqual([
      `warning: MLflow at ${server.address} rejected runs/log-batch (INVALID_PARAMETER_VALUE): Changing param values is not allowed.`,
    ]);
  });

  it.each(['file:///tmp/mlruns', 'localhost:5000', ''])('rejects the address %j', (trackingUri) => {
    expect(mlflowLogger({ trackingUri }).problems).toEqual([
      `mlflowLogger(): trackingUri is ${JSON.stringify(trackingUri)} (expected the http or https address of an MLflow server).`,
    ]);
  });

  describe('with images', () => {
    const artifacts = () => Object.fromEntries(server.runs[0]?.artifacts ?? []);

    it('keeps them as artifacts by name and step, between the metrics', async () => {
      const run = setUp();
      await run.logger.onFitStart();
      run.log(1, { loss: 1 });
      const image = await picture({ name: 'val/größe', step: 1 });
      run.events.emit('imageLogged', image);
      run.log(2, { loss: 2 });
      await run.logger.teardown();
      expect(artifacts()).toEqual({
        'images/val/größe/step=00000001.png': { bytes: image.png, times: 1 },
      });
      expect(points()).toEqual([
        ['loss', 1, 1],
        ['loss', 2, 2],
      ]);
      expect(run.notes.said).toEqual([]);
    });

    it('sends on resume, once, what could not be sent to an unavailable server', async () => {
      const killed = setUp();
      await killed.logger.onFitStart();
      const sent = await picture({ step: 1 });
      killed.events.emit('imageLogged', sent);
      await killed.logger.onTrainBatchEnd();
      await until(() => (save(killed) as { sent: number }).sent === 1);
      const saved = save(killed);
      await server.stop();
      killed.log(2, { loss: 2 });
      const kept = await picture({ step: 2 }, 'blue');
      killed.events.emit('imageLogged', kept);
      await killed.logger.teardown();
      expect(killed.notes.said.at(-1)).toMatch(
        / 1 rows of metrics and 1 image were not sent: they are in .*mlflow\.jsonl, and will be sent when the run is resumed\.$/,
      );

      await server.start();
      const resumed = setUp();
      await resume(resumed, 1, saved);
      // The resumed run comes to the same step, and makes the picture again.
      resumed.log(2, { loss: 2 });
      resumed.events.emit('imageLogged', kept);
      await resumed.logger.teardown();
      expect(artifacts()).toEqual({
        'images/views/step=00000001.png': { bytes: sent.png, times: 1 },
        'images/views/step=00000002.png': { bytes: kept.png, times: 1 },
      });
      expect(points()).toEqual([['loss', 2, 2]]);
    });

    it('reports once that a server does not proxy artifacts, and sends the metrics', async () => {
      server.artifactStore = 's3://bucket/';
      const run = setUp();
      await run.logger.onFitStart();
      for (const step of [1, 2]) {
        run.events.emit('imageLogged', await picture({ step }));
        run.log(step, { loss: step });
      }
      await run.logger.teardown();
      expect(run.notes.said).toEqual([
        `warning: MLflow at ${server.address} keeps artifacts in s3://bucket/0/run0/artifacts and does not proxy them: ` +
          'start it with --serve-artifacts. Images are not sent to it.',
      ]);
      expect(points()).toEqual([
        ['loss', 1, 1],
        ['loss', 2, 2],
      ]);
    });
  });
});
