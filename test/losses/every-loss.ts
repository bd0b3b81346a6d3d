import * as tf from '@tensorflow/tfjs-core';
import * as losses from '../../src/losses';
import type { Module } from '../../src/nn';

/** A loss that stands ready, of views of one batch. */
export interface ReadyLoss {
  readonly run: (views: readonly tf.Tensor2D[]) => tf.Scalar;
  /** What it keeps from call to call. */
  readonly state: tf.Variable | null;
  dispose(): void;
}

/** A loss and the views that it takes. */
export interface LossOfViews {
  readonly name: string;
  /** Takes so many views of the samples, `[batch, features]` each. */
  readonly views: number;
  /** The first of them that has a gradient; those before are a teacher's. */
  readonly student: number;
  make(features: number): ReadyLoss;
}

type Pair = readonly [tf.Tensor2D, tf.Tensor2D];

const plain = (name: string, views: number, run: ReadyLoss['run']): LossOfViews => ({
  name,
  views,
  student: 0,
  make: () => ({ run, state: null, dispose: () => undefined }),
});

const ofPair = (name: string, run: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Scalar): LossOfViews =>
  plain(name, 2, (views) => run(...(views as unknown as Pair)));

const ofModule = (module: Module, state: tf.Variable, run: ReadyLoss['run']): ReadyLoss => ({
  run,
  state,
  dispose: () => {
    module.dispose();
  },
});

/** Every loss that looks at the samples of all ranks, and those that have nothing to exchange. */
export const everyLoss: readonly LossOfViews[] = [
  ofPair('ntXent', (a, b) => losses.ntXent(a, b, { temperature: 0.2 })),
  ofPair('ntXentAgainst', (a, b) =>
    tf.tidy(() => losses.ntXentAgainst(a, b, tf.eye(a.shape[1]), { temperature: 0.2 })),
  ),
  ofPair('dcl', (a, b) => losses.dcl(a, b)),
  ofPair('dclw', (a, b) => losses.dclw(a, b)),
  ofPair('barlowTwins', (a, b) => losses.barlowTwins(a, b, { lambda: 0.05 })),
  ofPair('vicReg', (a, b) => losses.vicReg(a, b)),
  ofPair('negativeCosineSimilarity', losses.negativeCosineSimilarity),
  plain('koLeo', 1, ([rows]) => losses.koLeo(rows!)),
  plain('swaV', 4, (views) => losses.swaV(views.slice(0, 2), views.slice(2))),
  {
    name: 'TiCo',
    views: 2,
    student: 0,
    make: (features) => {
      const loss = new losses.TiCo({ features });
      return ofModule(loss, loss.covariance, (views) => loss.forward(...(views as unknown as Pair)));
    },
  },
  {
    name: 'Dino',
    views: 5,
    student: 2,
    make: (outFeatures) => {
      const loss = new losses.Dino({ outFeatures });
      return ofModule(loss, loss.center, (views) => loss.forward(views.slice(0, 2), views.slice(2)));
    },
  },
];

/** Views of so many samples that have something in common, the same for the same arguments. */
export function drawnViews(views: number, samples: number, features: number): tf.Tensor2D[] {
  return tf.tidy(() => {
    const common = tf.randomNormal<tf.Rank.R2>([samples, features], 0, 1, 'float32', 7);
    return Array.from({ length: views }, (_, view) =>
      tf.add<tf.Tensor2D>(
        common,
        tf.randomNormal<tf.Rank.R2>([samples, features], 0.1, 0.5, 'float32', 11 + view),
      ),
    );
  });
}
