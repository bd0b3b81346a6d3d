import { rankStateCases } from './cases';
import { runGroup } from './group';
import type { Together } from './train-together';

type Case = keyof typeof rankStateCases;

interface GoneOn {
  readonly whole: Together;
  readonly first: Together;
  readonly second: Together;
  /** Weights that the checkpoint contains by rank. */
  readonly kept: string[][];
}

type Report = Record<Case, GoneOn> & Record<'saved' | 'validated', Together>;

const differing =
  "The ranks do not have the same values in the buffer 'queue'. A buffer must be the same on all ranks unless it is declared otherwise, and rank 0 evaluates and saves it for all. Create it with nn.buffer(values, { ranks: 'own' }) if each rank fills its own, or with { ranks: 'first' } if rank 0's values may be used for all.";

describe('two ranks that have state of their own', () => {
  let reports: Report[];

  beforeAll(async () => {
    const ended = await runGroup<Report>('rank-state', 2);
    for (const { code, errors } of ended) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    reports = ended.flatMap(({ value }) => (value === null ? [] : [value]));
  }, 240_000);

  it.each(Object.keys(rankStateCases) as Case[])(
    'end with the same bits on each rank after a resume from what rank 0 wrote: %s',
    (name) => {
      for (const report of reports) {
        const { whole, first, second } = report[name];
        expect([whole.error, first.error, second.error]).toEqual([null, null, null]);
        expect(first.status).toBe('interrupted');
        expect(second.weights).toEqual(whole.weights);
        expect(second.metrics).toEqual(whole.metrics);
      }
    },
  );

  it('write by rank what differs, and nothing else', () => {
    const [report] = reports;
    expect(report?.['batch norm of each rank'].kept).toEqual([[], ['norm.running_mean', 'norm.running_var']]);
    expect(report?.['a queue of each rank, accumulated'].kept).toEqual([[], ['queue']]);
  });

  it('validate averages with the running statistics of rank 0 on every rank', () => {
    const [first, second] = reports.map((report) => report['averages and batch norm of each rank'].whole);
    expect(second?.validated).toHaveLength(3);
    expect(second?.validated).toEqual(first?.validated);
    expect(second?.metrics['val_loss']).not.toBe(
      reports[0]?.['batch norm of each rank'].whole.metrics['val_loss'],
    );
  });

  it('fail alike if a buffer differs that must be the same, at the first checkpoint or validation', () => {
    for (const report of reports) {
      expect(report.saved.error).toBe(differing);
      expect(report.validated.error).toBe(differing);
    }
  });
});
