import type { RunState, StateTensor } from '../../../src/contracts';

function tensor(shape: readonly number[], fill: (index: number) => number): StateTensor {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return { dtype: 'F32', shape, data: Float32Array.from({ length: size }, (_, i) => fill(i)) };
}

/** A small run's state after `globalStep` updates, four to an epoch; every number depends on the step. */
export function toyState(globalStep: number, width = 8): RunState {
  return {
    experiment: 'toy',
    seed: 3,
    weights: new Map<string, StateTensor>([
      ['backbone.weight', tensor([width, 4], (i) => globalStep + i / 8)],
      [
        'backbone.num_batches_tracked',
        { dtype: 'I64', shape: [], data: BigInt64Array.of(BigInt(globalStep)) },
      ],
    ]),
    optimizers: [
      {
        kind: 'sgd',
        stepCount: globalStep,
        slots: new Map([['momentum/backbone.weight', tensor([width, 4], (i) => -globalStep - i)]]),
      },
      {
        kind: 'adamw',
        stepCount: 2 * globalStep,
        missed: { 'head.bias': globalStep },
        slots: new Map([['m/head.bias', tensor([2], () => globalStep)]]),
      },
    ],
    progress: { epoch: Math.floor(globalStep / 4), nextBatch: globalStep % 4, globalStep },
    hyperparameters: { lr: 0.06 },
    plugins: { 'csv-logger': { rows: globalStep } },
    metrics: { loss: [globalStep, 'NaN'] },
  };
}
