import { averageGradients } from '../../plugins/data-parallel';
import { SyncBatchNorm } from '../../plugins/sync-bn';
import { compile, nn, optim, tf } from '../../src';
import type { Ranks, StateDict } from '../../src';
import { collapseMeasure } from './fast-siam';
import { initialState, makeViews, viewSizes } from './generate';
import type { Figures, OutputName, Reference, SumAndNorm } from './reference';
import { traineeOf } from './trainee';
import type { Trainee } from './trainee';

/** Bucket size such that ResNet-18's gradients need several buckets. */
const BUCKET_BYTES = 8 * 2 ** 20;

/** How to train: the ranks, and how their batch norm works. */
export interface TrainingWay {
  readonly eager: boolean;
  /** Ranks, each of which takes its share of the batch. */
  readonly ranks: Ranks;
  /** Compute batch statistics over all ranks. */
  readonly syncBn: boolean;
}

/** Trains as the reference was trained, on the started engine, and returns the same figures. */
export async function trainFigures(
  reference: Reference,
  { eager, ranks, syncBn }: TrainingWay,
): Promise<Figures> {
  const { spec } = reference;
  const statistics = syncBn ? new SyncBatchNorm(ranks) : nn.localBatchStatistics;
  const trainee = traineeOf(spec, ranks);
  const { model } = trainee;
  model.loadStateDict(completeState(trainee, reference));
  const optimizer = optim.sgd(model.parameters(), {
    learningRate: spec.lr,
    momentum: spec.momentum,
    weightDecay: spec.wd,
  });
  const views = makeViews(spec).map((pixels, view) =>
    shareOf(pixels, spec.batch, viewSizes(spec)[view]!, ranks),
  );

  const step = compile(
    (batch: tf.Tensor4D[]) => {
      let collapse = tf.scalar(0);
      const { loss, gradients } = optimizer.gradients(() =>
        nn.withBatchStatistics(statistics, () =>
          nn.withRanks(ranks, () => {
            const value = trainee.loss(batch);
            const z = trainee.watched();
            if (z !== null) collapse = tf.keep(collapseMeasure(syncBn ? gathered(ranks, z) : z));
            return value;
          }),
        ),
      );
      const means = averageGradients(ranks, gradients, BUCKET_BYTES);
      const squares = [...means.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const gradNorm = tf.sqrt(tf.addN(squares)) as tf.Scalar;
      optimizer.apply(means);
      return {
        loss: ranks.allReduce(loss, 'mean'),
        gradNorm,
        collapse: ofLast(ranks, collapse),
        gradients: Object.fromEntries(means),
      };
    },
    { name: 'train', eager },
  );
  const evaluate = compile((view: tf.Tensor4D) => trainee.outputs(view), { name: 'evaluate', eager });

  const loss: number[] = [];
  const gradNorm: number[] = [];
  const zStdTimesSqrtD: number[] = [];
  let grad0: Record<string, SumAndNorm> = {};
  for (let index = 0; index < spec.steps; index++) {
    const result = await step(views);
    loss.push(result.loss);
    gradNorm.push(result.gradNorm);
    zStdTimesSqrtD.push(result.collapse);
    const gradients = Object.entries(result.gradients) as [string, tf.Tensor][];
    if (index === 0) {
      grad0 = Object.fromEntries(gradients.map(([name, tensor]) => [name, sumAndNorm(tensor.dataSync())]));
    }
    tf.dispose(result.gradients);
  }

  model.eval();
  const outputs = await evaluate(views[0]!);
  const figures = {
    loss,
    gradNorm,
    zStdTimesSqrtD,
    grad0,
    final: summary(model.stateDict(), trainee, reference),
    ...firstNumbers(outputs),
  };
  step.dispose();
  evaluate.dispose();
  tf.dispose([outputs, ...views]);
  optimizer.dispose();
  model.dispose();
  return figures;
}

/**
 * Returns the reference's state and what only our state dict has: positions in queues, and position embeddings that are
 * not learnt.
 */
function completeState({ model, ownName }: Trainee, reference: Reference): StateDict {
  const drawn = [...initialState(reference)].map(([name, tensor]) => [ownName(name), tensor] as const);
  const ours = [...model.stateDict()].filter(([name]) => /(bank_ptr|pos_embed)$/.test(name));
  return new Map([...ours, ...drawn]);
}

function firstNumbers(
  outputs: Readonly<Partial<Record<OutputName, tf.Tensor2D>>>,
): Partial<Record<OutputName, number[]>> {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, rows]) => [name, [...rows.dataSync().slice(0, 16)]]),
  );
}

/** This rank's samples of a view: every Nth for N ranks, starting at its rank, as the sampler distributes them. */
function shareOf(pixels: Float32Array, batch: number, size: number, { rank, worldSize }: Ranks): tf.Tensor4D {
  const sample = size * size * 3;
  const own = batch / worldSize;
  const share = new Float32Array(own * sample);
  for (let index = 0; index < own; index++) {
    const start = (rank + index * worldSize) * sample;
    share.set(pixels.subarray(start, start + sample), index * sample);
  }
  return tf.tensor4d(share, [own, size, size, 3]);
}

/** Returns the value of the last rank, whose collapse measure the references with several ranks contain. */
function ofLast({ rank, worldSize, allReduce }: Ranks, value: tf.Scalar): tf.Scalar {
  return allReduce(rank === worldSize - 1 ? value : tf.mul(value, 0), 'sum');
}

/** Returns the rows of all ranks. */
function gathered(ranks: Ranks, rows: tf.Tensor2D): tf.Tensor2D {
  const own = rows.shape[0];
  const before = ranks.rank * own;
  const after = (ranks.worldSize - ranks.rank - 1) * own;
  return ranks.allReduce(
    tf.pad2d(rows, [
      [before, after],
      [0, 0],
    ]),
    'sum',
  );
}

/** Renames tensors to the reference's names. */
function summary(
  state: StateDict,
  { ownName }: Trainee,
  { stateDict }: Reference,
): Record<string, SumAndNorm> {
  return Object.fromEntries(
    Object.keys(stateDict).flatMap((name) => {
      const data = state.get(ownName(name))?.data;
      if (data === undefined) return [];
      return [[name, sumAndNorm(data instanceof BigInt64Array ? Float64Array.from(data, Number) : data)]];
    }),
  );
}

function sumAndNorm(values: Iterable<number>): SumAndNorm {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  return [sum, Math.sqrt(squares)];
}
