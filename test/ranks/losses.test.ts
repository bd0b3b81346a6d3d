import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import { drawnViews, everyLoss } from '../losses/every-loss';
import { runGroup } from './group';
import type { Together } from './train-together';

interface Result {
  readonly loss: number;
  readonly gradients: readonly (readonly (readonly number[])[])[];
  readonly state: readonly number[];
}

interface Report {
  readonly results: Readonly<Record<string, Result>>;
  readonly differing: readonly Together[];
}

const [SAMPLES, FEATURES, WORLD_SIZE] = [8, 24, 2];

function expectClose(values: readonly number[], wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  const largest = Math.max(0, ...wanted.map(Math.abs));
  expect(Math.max(0, ...wanted.map((value, i) => Math.abs(values[i]! - value)))).toBeLessThanOrEqual(
    2e-5 * largest,
  );
}

describe('two ranks in processes of their own', () => {
  let reports: Report[];

  beforeAll(async () => {
    await start();
    const told = await runGroup<Report>('losses', WORLD_SIZE);
    for (const { code, errors } of told) expect({ code, errors }).toEqual({ code: 0, errors: '' });
    reports = told.map(({ value }) => value!);
  }, 120_000);

  it.each(everyLoss.flatMap((loss) => ['compiled', 'eager'].map((how) => [loss.name, how, loss] as const)))(
    'have the value, gradients and state of one rank for %s, %s',
    (name, how, { views, student, make }) => {
      const ready = make(FEATURES);
      const whole = tf.tidy(() => {
        const given = drawnViews(views, SAMPLES, FEATURES);
        const { value, grads } = tf.engine().gradients(() => ready.run(given), given.slice(student));
        return { loss: value.dataSync()[0]!, gradients: grads.map((own) => own.arraySync() as number[][]) };
      });
      const results = reports.map((report) => report.results[`${name}, ${how}`]!);
      expectClose([results.reduce((sum, { loss }) => sum + loss, 0) / WORLD_SIZE], [whole.loss]);
      whole.gradients.forEach((gradient, view) => {
        const rows = gradient.map((_, sample) => {
          const row = results[sample % WORLD_SIZE]!.gradients[view]![Math.floor(sample / WORLD_SIZE)]!;
          return row.map((value) => value / WORLD_SIZE);
        });
        expectClose(rows.flat(), gradient.flat());
      });
      for (const { state } of results) {
        expectClose(state, ready.state === null ? [] : [...ready.state.dataSync()]);
        expect(state).toEqual(results[0]!.state);
      }
      ready.dispose();
    },
  );

  it('reject a step whose losses exchange other shapes, before it runs', () => {
    for (const { differing } of reports) {
      expect(differing).toHaveLength(2);
      for (const { error, step } of differing) {
        expect(error).toBe(
          "The ranks do not have the same step: 'exchange 1 of the loss' is sum of [4, 2, 4] on rank 0 and sum of [3, 2, 4] on rank 1, and 1 more differ. " +
            'Pass batches of the same shape, in the same order, to losses and queues on all ranks.',
        );
        expect(step).toBe(-1);
      }
    }
  });
});
