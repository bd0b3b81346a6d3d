import { start } from '../../src/engine';
import { soloRanks } from '../../src/strategy';
import { cases } from './cases';
import { runGroup } from './group';
import { trainTogether } from './train-together';
import type { Together } from './train-together';

interface Report extends Record<
  | 'plain'
  | 'accumulated'
  | 'scheduled'
  | 'localScheduled'
  | 'uneven'
  | 'taught'
  | 'taughtAccumulated'
  | 'localTaught'
  | 'stopped'
  | 'earlyStopped'
  | 'endedEpoch'
  | 'ownBatchNorm'
  | 'otherSeeds',
  Together
> {
  readonly scheduledResumed: { readonly first: Together; readonly second: Together };
  readonly resumed: { readonly first: Together; readonly second: Together };
  readonly stoppedResumed: {
    readonly first: Together;
    readonly seconds: readonly Together[];
    readonly kept: unknown;
  };
  readonly measured: { readonly whole: readonly unknown[]; readonly inParts: readonly unknown[] };
  readonly localSgd: Together;
  readonly localSgdAlone: Together;
  readonly localSgdResumed: { readonly first: Together; readonly second: Together };
}

describe('two ranks that share each batch', () => {
  let first: Report;
  let second: Report;

  beforeAll(async () => {
    await start();
    const reports = await runGroup<Report>('training', 2);
    for (const { code, errors } of reports) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    [first, second] = reports.map(({ value }) => value) as [Report, Report];
  }, 120_000);

  const close = (a: Together, b: Together, digits = 5): void => {
    for (const [name, values] of Object.entries(b.weights)) {
      values.forEach((value, index) => expect(a.weights[name]?.[index]).toBeCloseTo(value, digits));
    }
    expect(Object.keys(a.weights)).toEqual(Object.keys(b.weights));
  };

  it.each(['plain', 'accumulated', 'taught', 'scheduled', 'uneven'] as const)(
    'train as one rank with the whole batch: %s',
    async (name) => {
      const alone = await trainTogether(soloRanks, cases[name]);
      expect(alone.error).toBeNull();
      close(first[name], alone);
      expect(first[name].step).toBe(alone.step);
      for (const metric of ['train_loss_epoch', 'train_loss_step'] as const) {
        // While gradients are accumulated a step's loss is each rank's own, and the epoch's that of all.
        if (['accumulated', 'scheduled'].includes(name) && metric === 'train_loss_step') continue;
        expect(first[name].metrics[metric]).toBeCloseTo(alone.metrics[metric]!, 5);
      }
    },
  );

  it.each([
    'plain',
    'accumulated',
    'taught',
    'taughtAccumulated',
    'scheduled',
    'uneven',
    'otherSeeds',
    'stopped',
    'endedEpoch',
  ] as const)('end with the same bits and metrics: %s', (name) => {
    expect(second[name].weights).toEqual(first[name].weights);
    expect(second[name].metrics['train_loss_epoch']).toBe(first[name].metrics['train_loss_epoch']);
    expect(second[name].step).toBe(first[name].step);
  });

  it('start with the weights of rank 0, whatever they were built with', () => {
    expect(first.otherSeeds.weights).toEqual(first.plain.weights);
  });

  it('validate each sample once', async () => {
    const alone = await trainTogether(soloRanks, cases.uneven);
    for (const { uneven } of [first, second]) {
      expect(uneven.metrics['val_samples']).toBe(11);
      expect(uneven.metrics['val_loss']).toBeCloseTo(alone.metrics['val_loss']!, 5);
    }
  });

  it('measure at the same moments, even if they are resumed within an epoch', () => {
    const { whole, inParts } = first.measured;
    expect(second.measured).toEqual(first.measured);
    expect(whole.length).toBeGreaterThan(12);
    expect(inParts).toEqual(whole);
  });

  it('stop together when one of them wants to', () => {
    for (const { stopped } of [first, second]) expect([stopped.status, stopped.step]).toEqual(['stopped', 3]);
  });

  it('stop together within an epoch, after the validation that only the first of them looks at', () => {
    for (const { earlyStopped } of [first, second]) {
      expect([earlyStopped.status, earlyStopped.step]).toEqual(['stopped', 1]);
    }
  });

  it('end an epoch together when a hook of one of them reports it', () => {
    for (const { endedEpoch } of [first, second]) expect(endedEpoch.step).toBe(4);
  });

  it('see their own batch only without synchronised batch norm, which is reported', () => {
    const weight = 'norm.running_mean';
    expect(first.ownBatchNorm.weights[weight]).not.toEqual(second.ownBatchNorm.weights[weight]);
    expect(first.ownBatchNorm.weights['head.weight']).toEqual(second.ownBatchNorm.weights['head.weight']);
    const advice = (report: Report) =>
      report.ownBatchNorm.messages.filter((text) => text.startsWith('warning'));
    expect(advice(first)).toHaveLength(1);
    expect(advice(second)).toEqual([]);
  });

  it('end where one of them requested it, even if resumed before and after the request', () => {
    for (const { stoppedResumed } of [first, second]) {
      const { first: whole, seconds, kept } = stoppedResumed;
      expect(kept).toEqual({ reason: 'wish 3', by: 'own' });
      expect([whole.status, whole.step]).toEqual(['stopped', 3]);
      for (const again of seconds) {
        expect([again.error, again.status, again.step]).toEqual([null, 'stopped', 3]);
        expect(again.weights).toEqual(whole.weights);
      }
    }
  });

  it('resume in the middle of an epoch to the same bits', () => {
    for (const report of [first, second]) {
      expect([report.resumed.first.status, report.resumed.first.step]).toEqual(['interrupted', 3]);
      expect(report.resumed.second.weights).toEqual(report.plain.weights);
      expect(report.resumed.second.metrics).toEqual(report.plain.metrics);
    }
  });

  it('move by schedules alike, whole, resumed in the middle of an epoch, and in local SGD', () => {
    for (const report of [first, second]) {
      expect(report.scheduled.step).toBe(6);
      expect(report.scheduled.weights['updates']).toEqual([6]);
      expect([report.scheduledResumed.first.status, report.scheduledResumed.first.step]).toEqual([
        'interrupted',
        3,
      ]);
      expect(report.scheduledResumed.second.weights).toEqual(report.scheduled.weights);
      expect(report.localScheduled.error).toBeNull();
      expect(report.localScheduled.weights['updates']).toEqual([6]);
    }
    expect(first.localScheduled.weights['head.weight']).toEqual(second.localScheduled.weights['head.weight']);
  });

  it('differ between two meetings of local SGD, and agree after one', () => {
    expect(first.localSgdAlone.error).toBeNull();
    expect(first.localSgd.weights).toEqual(second.localSgd.weights);
    expect(first.localSgd.weights).not.toEqual(first.plain.weights);
    expect(first.localSgdResumed.first.weights).not.toEqual(second.localSgdResumed.first.weights);
  });

  it('average teachers as parameters in local SGD, and never a queue', () => {
    const [one, other] = [first.localTaught.weights, second.localTaught.weights];
    expect(first.localTaught.error).toBeNull();
    expect(one['backbone_momentum.weight']).toEqual(other['backbone_momentum.weight']);
    expect(one['queue.bank_ptr']).toEqual([(4 * 8) % 28]);
    expect(one['queue.bank']).not.toEqual(other['queue.bank']);
  });

  it('resume local SGD with the weights of each rank', () => {
    for (const report of [first, second]) {
      expect(report.localSgdResumed.second.weights).toEqual(report.localSgd.weights);
    }
  });
});
