import { Pace } from '../../../plugins/live-page/pace';
import { fitProgress } from '../fakes/run';

it('measures batches and images by the clock, excluding the first batch and other activities', () => {
  const pace = new Pace();
  pace.batchEnded(64, 10);
  expect(pace.secondsPerBatch).toBe(null);
  pace.batchEnded(64, 10.5);
  expect([pace.secondsPerBatch, pace.samplesPerSecond]).toEqual([0.5, 128]);
  pace.rest(10.5);
  pace.goOn(20.5);
  pace.batchEnded(64, 21);
  expect([pace.secondsPerBatch, pace.samplesPerSecond]).toEqual([0.5, 128]);
});

it('combines fast batches', () => {
  const pace = new Pace();
  for (let batch = 0; batch <= 100; batch++) pace.batchEnded(1, batch / 1000);
  expect(pace.secondsPerBatch).toBeCloseTo(0.001, 6);
});

it('estimates the time left, including evaluations, to whichever limit comes first', () => {
  const pace = new Pace();
  const now = fitProgress({ epoch: 0, batchIndex: 1, globalStep: 2, batchesPerEpoch: 4, maxEpochs: 2 });
  pace.batchEnded(1, 0);
  expect(pace.secondsLeft(now)).toBe(null);
  pace.batchEnded(1, 1);
  expect(pace.secondsLeft(now)).toBe(6);
  expect(pace.secondsLeft({ ...now, maxSteps: 4 })).toBe(2);
  expect(pace.secondsLeft({ ...now, globalStep: 1, maxSteps: 2 })).toBe(2);
  expect(pace.secondsLeft({ ...now, maxEpochs: null, maxSteps: null })).toBe(null);
  expect(pace.secondsLeft({ ...now, maxSteps: 1 })).toBe(0);
  // Four seconds of evaluation in two batches.
  pace.rest(1);
  pace.goOn(5);
  expect(pace.secondsLeft(now)).toBe(6 * 3);
});
