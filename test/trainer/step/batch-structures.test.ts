import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource } from '../../../src/contracts';
import { liveCounts, seedEverything, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import { sgd } from '../../../src/optim';
import { SingleDevice } from '../../../src/strategy';
import { TrainingModule, Trainer } from '../../../src/trainer';
import { messageOf, recordingBus, messagesOf, settings } from '../fakes/fit';

/** Tensors of several types, in lists within lists and objects, with plain values between them. */
interface Nested {
  readonly kind: 'pair' | 'single';
  readonly pairs: readonly (readonly [scale: number, x: tf.Tensor2D, more: { readonly mask: tf.Tensor1D }])[];
  readonly labels: { readonly classes: tf.Tensor1D; readonly none: null };
}

class OnNested extends TrainingModule<Nested, 'loss' | 'seen'> {
  readonly layer = new nn.Linear(3, 2);

  forward(x: tf.Tensor2D): tf.Tensor2D {
    return this.layer.forward(x);
  }

  override trainingStep({ kind, pairs, labels }: Nested): tf.Scalar {
    if (kind !== 'pair') throw new Error(`a ${kind} is not a pair`);
    const logits = nn.meanOf(
      pairs.map(([scale, x, { mask }]) =>
        tf.mul(this.forward(tf.mul(x, scale)), tf.expandDims(tf.cast(mask, 'float32'), 1)),
      ),
    );
    this.log('seen', tf.scalar(labels.classes.shape[0]), { reduce: 'sum', onStep: false, onEpoch: true });
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels.classes, 2), logits).asScalar();
  }

  override configureOptimizers() {
    return sgd(this.parameters(), { learningRate: 0.5 });
  }
}

/** Batches of these sizes, whose values are a function of their number. */
function nested(
  sizes: readonly number[],
  change: (batch: Nested, index: number) => Nested = (batch) => batch,
) {
  const source: BatchSource<Nested> = {
    batchesPerEpoch: sizes.length,
    samples: sizes.reduce((sum, size) => sum + size, 0),
    async *epoch(_, { startBatch = 0 } = {}) {
      for (const [index, size] of [...sizes.entries()].slice(startBatch)) {
        const pair = (seed: number) =>
          [
            seed,
            tf.randomNormal<tf.Rank.R2>([size, 3], 0, 1, 'float32', seed),
            { mask: tf.ones<tf.Rank.R1>([size], 'bool') },
          ] as const;
        const classes = tf.tensor1d(
          Array.from({ length: size }, (__, row) => row % 2),
          'int32',
        );
        const batch: Nested = { kind: 'pair', pairs: [pair(1), pair(2)], labels: { classes, none: null } };
        try {
          yield await Promise.resolve(change(batch, index));
        } finally {
          tf.dispose([classes, ...batch.pairs.flatMap(([, x, { mask }]) => [x, mask])]);
        }
      }
    },
    close: () => Promise.resolve(),
  };
  return source;
}

async function train(data: BatchSource<Nested>, compile = true) {
  seedEverything(0);
  const module = new OnNested();
  const { bus, recorded } = recordingBus();
  const parts = { plugins: [], events: bus, strategy: new SingleDevice(), settings };
  const trainer = new Trainer({ maxEpochs: 2, compile }, parts);
  let error: unknown = null;
  let metrics: Readonly<Record<string, number>> = {};
  try {
    ({ metrics } = await trainer.fit(module, data));
  } catch (caught) {
    error = caught;
  }
  const weights = module.stateDict();
  module.dispose();
  const losses = recorded.flatMap((event) => (event[0] === 'batchEnded' ? [event[2].loss] : []));
  return { error: messageOf(error), metrics, losses, weights, messages: messagesOf(recorded) };
}

let tensors: number;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
beforeEach(() => {
  tensors = liveCounts().tensors;
});
afterEach(() => {
  expect(liveCounts().tensors).toBe(tensors);
});

describe('a fit on batches of nested tensors', () => {
  it('gives the same numbers compiled and operation by operation, with a last batch that is smaller', async () => {
    const [compiled, eager] = [await train(nested([4, 4, 3])), await train(nested([4, 4, 3]), false)];
    expect([compiled.error, eager.error]).toEqual(['', '']);
    expect(compiled.losses).toHaveLength(6);
    eager.losses.forEach((loss, step) => expect(loss).toBeCloseTo(compiled.losses[step] ?? NaN, 5));
    expect(compiled.metrics['seen']).toBe(11);
    expect(compiled.messages.filter((text) => text.includes('is traced again'))).toEqual([
      expect.stringMatching(
        /^The compiled function 'training step' is traced again \(trace 2 of at most 16\) for arguments /,
      ),
    ]);
  });

  it('describes the batch if its contents make the step fail', async () => {
    const { error } = await train(nested([2], (batch) => ({ ...batch, kind: 'single' })));
    const pair = (scale: string): string => `[${scale}, float32 [2, 3], { mask: bool [2] }]`;
    expect(error).toBe(
      'The module OnNested failed in trainingStep: a single is not a pair. ' +
        `Its input was { kind: string, pairs: [${pair('number')}, ${pair('number')}], labels: { classes: int32 [2], none: null } }. ` +
        'Correct it there; with --trainer.compile false it runs operation by operation, and values can be inspected.',
    );
  });

  it('rejects batches whose shapes keep changing, and values that are neither tensors nor plain', async () => {
    const sizes = Array.from({ length: 17 }, (_, index) => index + 1);
    const { error, losses } = await train(nested(sizes));
    expect(losses).toHaveLength(16);
    expect(error).toMatch(
      /^The compiled function 'training step' may be traced 16 times, but was called with one more signature: .* Each new shape or plain value among the arguments costs a trace\. Pass batches of the same shape \(dropLast: true\)/,
    );
    const dated = await train(nested([2], (batch) => Object.assign({ ...batch }, { at: new Date(0) })));
    expect(dated.error).toBe(
      "The argument[0].at of the compiled function 'training step' is of type Date, which it can neither accept nor return. " +
        'Use tensors, numbers, strings and booleans, in arrays and plain objects.',
    );
  });
});
