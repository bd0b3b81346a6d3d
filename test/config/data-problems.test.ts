import type { BatchSource } from '../../src/contracts';
import { defineBatches, views } from '../../src/data';
import { Experiment, experimentDefinition } from '../../src/metadata';
import type { DataDefinition } from '../../src/metadata';
import { resolveConfig } from './resolve';

const empty: BatchSource<null> = {
  batchesPerEpoch: 1,
  samples: 1,
  epoch: () => {
    throw new Error('nothing is trained here');
  },
  close: () => Promise.resolve(),
};
const rows = defineBatches({ name: 'rows', open: () => ({ train: empty }) });

function experimentOn(data: DataDefinition) {
  @Experiment<readonly [], unknown>({ name: 'rows', data })
  class Rows {}
  expect(experimentDefinition(Rows).name).toBe('rows');
  return Rows;
}

describe("an experiment's own batches in a configuration", () => {
  it('need no name of a data set, and are recorded by name and options', () => {
    const { data, toJson } = resolveConfig(experimentOn({ batches: rows(), batchSize: 4 }), []);
    expect([data.name, data.batches?.name, data.batchSize]).toEqual([null, 'rows', 4]);
    expect(toJson()).toMatchObject({ data: { batches: { rows: {} }, dataset: null, transform: null } });
  });

  it('are rejected together with options for images, in one error', () => {
    const transform = views.fastSiam({ inputSize: 8 });
    const data = { batches: rows(), transform, onBrokenImage: 'skip' as const };
    expect(() => resolveConfig(experimentOn(data), ['--data.name', 'digits', '--data.workers', '1'])).toThrow(
      [
        '  data.batches of @Experiment on Rows: conflicts with data.transform, which is for images; give only one of them',
        "  data.onBrokenImage: means nothing to the experiment's own batches, rows",
        "  data.name: cannot replace the experiment's own batches, rows",
        "  data.workers: means nothing to the experiment's own batches, rows",
      ].join('\n'),
    );
  });

  it('are rejected if the function that declares them was not called', () => {
    const data = { batches: rows as unknown as ReturnType<typeof rows> };
    expect(() => resolveConfig(experimentOn(data), [])).toThrow(
      'data.batches of @Experiment on Rows: must be called: batches: rows({ ... })',
    );
  });
});
