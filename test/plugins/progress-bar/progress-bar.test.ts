import { Writable } from 'node:stream';
import { join } from 'node:path';
import { ProgressBar, progressBar } from '../../../plugins/progress-bar';
import type { RunInfo } from '../../../src/contracts';
import { FakeEvents, fitProgress, runSettings } from '../fakes/run';

class FakeStream extends Writable {
  text = '';

  constructor(
    readonly isTTY: boolean,
    readonly columns = 100,
  ) {
    super();
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  /** What stays on the screen: a terminal's bar lines are erased as the terminal would erase them. */
  get lines(): string[] {
    return this.text
      .split('\n')
      .map((line) => line.split('\u001b[2K').at(-1) ?? '')
      .slice(0, -1);
  }

  /** Every bar that was drawn. */
  get bars(): string[] {
    return this.text.split('\u001b').flatMap((part) => /Epoch \d+: +\d+%\|.*/.exec(part) ?? []);
  }
}

const info: RunInfo = {
  experiment: 'fastsiam',
  folder: join(process.cwd(), 'runs/fastsiam/3'),
  seed: 7,
  data: { name: 'digits', samples: 8000, batchSize: 128, ranks: 1 },
  device: 'CPU, 2 threads',
  resumedFrom: null,
  config: {},
};
const result = { updated: true, loss: -0.5, batchSize: 128, stepSeconds: 1, dataSeconds: 0 };

function setUp(stream: FakeStream, settings = {}) {
  const events = new FakeEvents();
  const { options } = progressBar({ stream });
  const plugin = new ProgressBar(options as never, events, runSettings(settings));
  return { events, plugin };
}

/** An epoch of 4 batches of 6 seconds each. */
function trainEpoch(events: FakeEvents, epoch: number): void {
  events.emit('epochStarted', fitProgress({ epoch }));
  for (let batchIndex = 0; batchIndex < 4; batchIndex++) {
    jest.advanceTimersByTime(6000);
    const progress = fitProgress({ epoch, batchIndex, globalStep: epoch * 4 + batchIndex + 1 });
    events.emit('batchEnded', progress, result, {
      loss: -0.1 * (batchIndex + 1),
      z_std: 0.95,
    });
  }
  const step = epoch * 4 + 4;
  events.emit('metricsLogged', { kind: 'epoch', epoch, step, values: { knn_accuracy: 0.617 } });
  const newest = { loss: -0.4, z_std: 0.95, knn_accuracy: 0.617, hidden: 1 };
  events.emit('epochEnded', fitProgress({ epoch, batchIndex: 3, globalStep: step }), newest, 24);
}

describe('the progress bar', () => {
  const { TERM, NO_COLOR, FORCE_COLOR } = process.env;
  beforeEach(() => {
    jest.useFakeTimers({ now: 0 });
    process.env['TERM'] = 'xterm';
    for (const name of ['NO_COLOR', 'FORCE_COLOR']) Reflect.deleteProperty(process.env, name);
  });
  afterEach(() => {
    jest.useRealTimers();
    for (const [name, value] of Object.entries({ TERM, NO_COLOR, FORCE_COLOR })) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  });

  it('writes plain lines on a dumb terminal, and no colours if they are not wanted', () => {
    process.env['TERM'] = 'dumb';
    const stream = new FakeStream(true);
    const { events, plugin } = setUp(stream);
    events.emit('message', 'warning', 'Look out.');
    trainEpoch(events, 0);
    plugin.teardown();
    expect(stream.text).not.toContain('\u001b');
    process.env['TERM'] = 'xterm';
    process.env['NO_COLOR'] = '1';
    const colourless = new FakeStream(true);
    setUp(colourless).events.emit('message', 'warning', 'Look out.');
    expect(colourless.text).toBe('WARNING: Look out.\n');
    process.env['FORCE_COLOR'] = '1';
    const forced = new FakeStream(false);
    setUp(forced).events.emit('message', 'warning', 'Look out.');
    expect(forced.text).toBe('\u001b[1;33mWARNING: Look out.\u001b[0m\n');
  });

  it.each([true, false])('shows names from outside without interpreting them (terminal: %s)', (isTTY) => {
    const stream = new FakeStream(isTTY);
    const { events, plugin } = setUp(stream);
    events.emit('runStarted', { ...info, experiment: 'fast\u001b[2Jsiam', resumedFrom: 'a\nb' });
    events.emit('epochStarted', fitProgress({ epoch: 0 }));
    events.emit('batchEnded', fitProgress({ epoch: 0 }), result, { 'loss\u001b]0;x\u0007': 1 });
    const measured = { 'loss\u001b]0;x\u0007': 1 };
    events.emit('metricsLogged', { kind: 'epoch', epoch: 0, step: 4, values: measured });
    events.emit('epochEnded', fitProgress({ epoch: 0, batchIndex: 3 }), measured, 24);
    events.emit('checkpointSaved', join(info.folder, 'a\u009b31mb'), 'x\ry');
    events.emit('message', 'warning', 'https://user:secret@host/ \u202e');
    plugin.teardown();
    // eslint-disable-next-line no-control-regex
    const text = stream.text.replace(/\u001b(?:[78]|\[(?:\?25[lh]|\d*[GK]|1;33m|0m|\?7[hl]))/g, '');
    // eslint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|secret/);
    for (const part of [
      'fast\\x1b[2Jsiam',
      'from a\\nb',
      'loss\\x1b]0;x\\x07=1.000',
      'a\\x9b31mb (x\\ry)',
      '\\u202e',
    ]) {
      expect(text).toContain(part);
    }
  });

  it("excludes measurements of an earlier epoch from an epoch's line", () => {
    const stream = new FakeStream(false);
    const { events, plugin } = setUp(stream);
    events.emit('epochStarted', fitProgress({ epoch: 1 }));
    jest.advanceTimersByTime(1000);
    const progress = fitProgress({ epoch: 1, batchIndex: 3, globalStep: 8 });
    events.emit('batchEnded', progress, result, { loss: -0.4, knn_accuracy: 0.617 });
    events.emit('epochEnded', progress, { loss: -0.4 }, 1);
    plugin.teardown();
    expect(stream.text).toMatch(/^Epoch 1: .* loss=-0.400\]\n$/);
  });

  it('writes plain lines without a terminal', () => {
    const stream = new FakeStream(false);
    const { events, plugin } = setUp(stream);
    events.emit('message', 'warning', 'CIFAR-10 is not here; digits are used.');
    events.emit('runStarted', info);
    trainEpoch(events, 0);
    events.emit('checkpointSaved', join(info.folder, 'checkpoints/epoch=0-step=4'), 'end of epoch 0');
    events.emit('message', 'info', 'kNN accuracy after 1 epoch: 0.617.');
    plugin.teardown();
    events.emit('runEnded', 'finished', null);
    expect(stream.text).toBe(
      [
        'WARNING: CIFAR-10 is not here; digits are used.',
        'fastsiam',
        '  data     digits, 8,000 samples, batch 128',
        '  device   CPU, 2 threads',
        '  seed     7',
        '  folder   runs/fastsiam/3',
        'Epoch 0: 2/4 [00:12<00:12, 6.00s/it, loss=-0.200, z_std=0.950]',
        'Epoch 0: 4/4 [00:24<00:00, 6.00s/it, loss=-0.400, z_std=0.950, knn_accuracy=0.617]',
        'Saved runs/fastsiam/3/checkpoints/epoch=0-step=4 (end of epoch 0).',
        'kNN accuracy after 1 epoch: 0.617.',
        'Finished after 00:24.',
        "The run's files are in runs/fastsiam/3.",
        '',
      ].join('\n'),
    );
    expect(events.listenerCount).toBe(0);
  });

  it('shows the samples of all ranks, and the batch of each', () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream);
    events.emit('runStarted', { ...info, data: { ...info.data, ranks: 2 } });
    expect(stream.lines[1]).toBe('  data     digits, 8,000 samples, batch 128 on each of 2 ranks');
  });

  it('excludes evaluations from the speed of training, wherever they occur in the epoch', () => {
    const evaluation = { kind: 'validation', sanityCheck: false, batchesDone: 0, batches: 2 } as const;
    const task = { name: 'kNN evaluation', done: 0, total: 100 };
    for (const inTerminal of [false, true]) {
      const stream = new FakeStream(inTerminal);
      const { events, plugin } = setUp(stream);
      const batch = (batchIndex: number): void => {
        jest.advanceTimersByTime(2000);
        events.emit('batchEnded', fitProgress({ batchIndex }), result, {});
      };
      events.emit('epochStarted', fitProgress());
      batch(0);
      events.emit('evaluationStarted', evaluation);
      jest.advanceTimersByTime(4000);
      events.emit('evaluationEnded', evaluation, {}, 4);
      batch(1);
      events.emit('taskStarted', task);
      jest.advanceTimersByTime(4500);
      events.emit('taskEnded', task, 4.5);
      batch(2);
      batch(3);
      events.emit('taskStarted', task);
      jest.advanceTimersByTime(4500);
      events.emit('taskEnded', task, 4.5);
      // Something that nobody announced, such as a checkpoint: it follows the last batch.
      jest.advanceTimersByTime(3000);
      events.emit('epochEnded', fitProgress({ batchIndex: 3 }), {}, 24);
      plugin.teardown();
      expect(stream.lines.at(-1)).toBe('Epoch 0: 4/4 [00:24<00:00, 2.00s/it]');
    }
  });

  it.each([false, true])('shows that a long evaluation is in progress (terminal: %s)', (inTerminal) => {
    const stream = new FakeStream(inTerminal);
    const { events, plugin } = setUp(stream);
    events.emit('epochStarted', fitProgress());
    for (const name of ['kNN evaluation', 'linear probe']) {
      events.emit('taskStarted', { name, done: 0, total: 0 });
      for (let done = 1000; done <= 9000; done += 1000) {
        jest.advanceTimersByTime(2000);
        events.emit('taskProgress', { name, done, total: 9000 });
      }
      events.emit('taskEnded', { name, done: 9000, total: 9000 }, 18);
    }
    plugin.teardown();
    const lines = [
      'kNN evaluation: 3,000/9,000 [00:06]',
      'kNN evaluation: 8,000/9,000 [00:16]',
      // Lines that have been begun end with all that was done.
      'kNN evaluation: 9,000/9,000 [00:18]',
      'Linear probe: 3,000/9,000 [00:06]',
      'Linear probe: 8,000/9,000 [00:16]',
      'Linear probe: 9,000/9,000 [00:18]',
    ];
    expect(stream.lines).toEqual(inTerminal ? [] : lines);
    if (inTerminal) {
      expect(stream.text).toContain('kNN evaluation: 5,000/9,000');
      expect(stream.text).toContain('Linear probe: 5,000/9,000');
    }
  });

  it('draws a bar in place in a terminal, and leaves one line per epoch', () => {
    const stream = new FakeStream(true);
    const { events, plugin } = setUp(stream);
    trainEpoch(events, 0);
    plugin.teardown();
    expect(stream.bars[0]).toBe(`Epoch 0:   0%|${' '.repeat(40)}| 0/4 [00:00<?, ?it/s]`);
    expect(stream.bars).toContain(
      `Epoch 0:  50%|${'█'.repeat(15)}${' '.repeat(15)}| 2/4 [00:12<00:12, 6.00s/it, loss=-0.200, z_std=0.950]`,
    );
    expect(stream.lines).toEqual([
      'Epoch 0: 4/4 [00:24<00:00, 6.00s/it, loss=-0.400, z_std=0.950, knn_accuracy=0.617]',
    ]);
  });

  it('puts messages above the bar of a terminal, warnings in colour', () => {
    const stream = new FakeStream(true);
    const { events, plugin } = setUp(stream);
    events.emit('epochStarted', fitProgress());
    events.emit('message', 'info', 'Something.');
    events.emit('message', 'warning', 'Look out.');
    const barsBefore = stream.bars.length;
    jest.advanceTimersByTime(1000);
    expect(stream.bars.length).toBeGreaterThan(barsBefore);
    plugin.teardown();
    events.emit('runEnded', 'interrupted', 'Ctrl-C');
    expect(stream.lines).toEqual([
      'Something.',
      '\u001b[1;33mWARNING: Look out.\u001b[0m',
      'Interrupted after 00:00: Ctrl-C',
    ]);
  });

  it('leaves no timer behind when a run fails in the middle of an epoch', () => {
    const { events, plugin } = setUp(new FakeStream(true));
    events.emit('epochStarted', fitProgress());
    expect(jest.getTimerCount()).toBe(1);
    plugin.teardown();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps the bar within a narrow terminal', () => {
    const stream = new FakeStream(true, 60);
    const { events, plugin } = setUp(stream);
    trainEpoch(events, 0);
    plugin.teardown();
    expect(Math.max(...stream.bars.map((bar) => bar.length))).toBeLessThanOrEqual(60);
  });

  it('measures the speed of an epoch that was resumed in the middle from that point on', () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream);
    events.emit('runStarted', { ...info, resumedFrom: join(info.folder, 'checkpoints/epoch=0-step=98') });
    events.emit('epochStarted', fitProgress({ batchIndex: 98, batchesPerEpoch: 100 }));
    jest.advanceTimersByTime(500);
    events.emit('batchEnded', fitProgress({ batchIndex: 98, batchesPerEpoch: 100 }), result, {});
    jest.advanceTimersByTime(500);
    events.emit('batchEnded', fitProgress({ batchIndex: 99, batchesPerEpoch: 100 }), result, {});
    events.emit('epochEnded', fitProgress({ batchIndex: 99, batchesPerEpoch: 100 }), {}, 1);
    expect(stream.lines.slice(-2)).toEqual([
      '  resumed  from runs/fastsiam/3/checkpoints/epoch=0-step=98',
      'Epoch 0: 100/100 [00:01<00:00, 2.00it/s]',
    ]);
  });

  it('writes at most one line per ten seconds and one per epoch to a log', () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream);
    events.emit('epochStarted', fitProgress({ batchesPerEpoch: 10_000 }));
    for (let batchIndex = 0; batchIndex < 10_000; batchIndex++) {
      jest.advanceTimersByTime(10);
      events.emit('batchEnded', fitProgress({ batchIndex, batchesPerEpoch: 10_000 }), result, {});
    }
    events.emit('epochEnded', fitProgress({ batchesPerEpoch: 10_000 }), {}, 100);
    expect(stream.lines).toHaveLength(10);
  });

  it('shows only messages when it is disabled', () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream, { enableProgressBar: false });
    events.emit('runStarted', info);
    trainEpoch(events, 0);
    events.emit('message', 'warning', 'Look out.');
    events.emit('runEnded', 'failed', 'the disk is full');
    expect(stream.text).toBe('WARNING: Look out.\n');
  });

  it('says how a run ended', () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream);
    events.emit('runStarted', info);
    jest.advanceTimersByTime(3_725_000);
    events.emit('runEnded', 'stopped', 'kNN accuracy has stood still');
    expect(stream.lines.slice(-2)).toEqual([
      'Stopped after 1:02:05: kNN accuracy has stood still',
      "The run's files are in runs/fastsiam/3.",
    ]);
  });

  it("leaves a failed run's error to whoever reports it", () => {
    const stream = new FakeStream(false);
    const { events } = setUp(stream);
    events.emit('runStarted', info);
    events.emit('runEnded', 'failed', 'The loss is NaN.');
    expect(stream.lines.slice(-2)).toEqual([
      'Failed after 00:00.',
      "The run's files are in runs/fastsiam/3.",
    ]);
  });
});
