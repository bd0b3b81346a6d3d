import type { tf } from '../../src';
import { losses, nn } from '../../src';
import { FastSiam } from '../parity/fast-siam';

/** A model with the loss for a batch of views. */
export interface StepModel extends nn.Module {
  readonly viewCount: number;
  lossOf(views: readonly tf.Tensor4D[]): tf.Scalar;
}

class FourViews extends FastSiam implements StepModel {
  readonly viewCount = 4;

  lossOf(views: readonly tf.Tensor4D[]): tf.Scalar {
    return this.loss(views.map((view) => this.forward(view)));
  }
}

/** Backbone and projection of lightly's BYOL and MoCo examples, and the teacher that follows them. */
abstract class WithTeacher extends nn.Module implements StepModel {
  readonly viewCount = 2;
  readonly backbone = nn.resnet18({ head: 'none' });
  abstract readonly projectionHead: nn.Module & { forward(features: tf.Tensor2D): tf.Tensor2D };
  readonly backboneMomentum = nn.teacherOf(this.backbone);
  abstract readonly projectionHeadMomentum: nn.Teacher<WithTeacher['projectionHead']>;

  abstract lossOf(views: readonly tf.Tensor4D[]): tf.Scalar;

  forward(view: tf.Tensor4D): tf.Tensor2D {
    return this.projectionHead.forward(this.backbone.forward(view));
  }

  protected follow(momentum: number): void {
    this.backboneMomentum.follow(momentum);
    this.projectionHeadMomentum.follow(momentum);
  }

  protected target(view: tf.Tensor4D): tf.Tensor2D {
    return this.projectionHeadMomentum.forward(this.backboneMomentum.forward(view));
  }
}

class BYOL extends WithTeacher {
  readonly projectionHead = new nn.BYOLProjectionHead(512, 1024, 256);
  readonly projectionHeadMomentum = nn.teacherOf(this.projectionHead);
  readonly predictionHead = new nn.BYOLPredictionHead(256, 1024, 256);

  lossOf([a, b]: [tf.Tensor4D, tf.Tensor4D]): tf.Scalar {
    this.follow(0.996);
    const predict = (view: tf.Tensor4D): tf.Tensor2D => this.predictionHead.forward(this.forward(view));
    return nn.meanOf([
      losses.negativeCosineSimilarity(predict(a), this.target(b)),
      losses.negativeCosineSimilarity(predict(b), this.target(a)),
    ]);
  }
}

class MoCo extends WithTeacher {
  readonly projectionHead = new nn.MoCoProjectionHead(512, 512, 128);
  readonly projectionHeadMomentum = nn.teacherOf(this.projectionHead);
  readonly queue = new nn.FeatureQueue({ size: 4096, features: 128 });

  lossOf([query, key]: [tf.Tensor4D, tf.Tensor4D]): tf.Scalar {
    this.follow(0.99);
    const keys = nn.normalizeRows(this.target(key));
    const loss = losses.ntXentAgainst(this.forward(query), keys, this.queue.values(), { temperature: 0.5 });
    this.queue.push(keys);
    return loss;
  }
}

/** Models by value of `--method`. */
export const stepModels: Readonly<Record<string, (backbone: 'resnet18' | 'resnet50') => StepModel>> = {
  fastsiam: (backbone) => new FourViews('imagenet', backbone),
  byol: () => new BYOL(),
  moco: () => new MoCo(),
};
