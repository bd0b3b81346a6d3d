import { workerCount } from '../../../src/data/loader/loader-options';

describe('workerCount', () => {
  it('leaves one core to the training step, takes one thread at least and eight at most', () => {
    expect([1, 2, 4, 9, 64].map((cores) => workerCount('auto', cores))).toEqual([1, 1, 3, 8, 8]);
  });

  it('takes the number that the user chose', () => {
    expect([0, 3, 40].map((workers) => workerCount(workers, 2))).toEqual([0, 3, 40]);
  });
});
