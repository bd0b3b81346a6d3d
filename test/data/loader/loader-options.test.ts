import { workerCount } from '../../../src/data/loader/loader-options';

describe('workerCount', () => {
  it('leaves one core to the training step, uses at least one thread and at most eight', () => {
    expect([1, 2, 4, 9, 64].map((cores) => workerCount('auto', cores))).toEqual([1, 1, 3, 8, 8]);
  });

  it('uses the number that the user chose', () => {
    expect([0, 3, 40].map((workers) => workerCount(workers, 2))).toEqual([0, 3, 40]);
  });
});
