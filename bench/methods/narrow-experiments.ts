import { losses, nn } from '../../src';
import type { ViewBatch, tf } from '../../src';
import { FastSiam } from '../../experiments/fastsiam';
import { instead, narrowBackbone, narrowFeatures, sgdOf, usualSgd } from './narrow';

/** The shipped experiments with a narrow backbone, and heads and optimisers to fit. */
export class NarrowFastSiam extends FastSiam {
  static readonly sgd = usualSgd;
  override readonly backbone = narrowBackbone(this);
  override readonly projectionHead = instead(
    this,
    'projectionHead',
    () => new nn.SimSiamProjectionHead(narrowFeatures, 512, 128),
  );
  override configureOptimizers() {
    return sgdOf(this, NarrowFastSiam.sgd);
  }
}

/** Two views that predict each other. */
export class NarrowSimSiam extends NarrowFastSiam {
  override trainingStep({ views }: ViewBatch): tf.Scalar {
    const [a, b] = views.map((view) => this.forward(view)) as [Output, Output];
    const loss = nn.meanOf([
      losses.negativeCosineSimilarity(a.p, b.z),
      losses.negativeCosineSimilarity(b.p, a.z),
    ]);
    this.log('train_loss_ssl', loss);
    return loss;
  }
}

interface Output {
  readonly z: tf.Tensor2D;
  readonly p: tf.Tensor2D;
}
