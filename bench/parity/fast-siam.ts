import { losses, nn, tf } from '../../src';

/** lightly's FastSiam example model: ResNet-18, projection to 128, prediction through 64. */
export class FastSiam extends nn.Module {
  readonly backbone: nn.ResNetBackbone;
  readonly projectionHead: nn.SimSiamProjectionHead;
  readonly predictionHead = new nn.SimSiamPredictionHead(128, 64, 128);

  constructor(stem: 'imagenet' | 'cifar' = 'imagenet', backbone: 'resnet18' | 'resnet50' = 'resnet18') {
    super();
    this.backbone = nn[backbone]({ head: 'none', stem });
    this.projectionHead = new nn.SimSiamProjectionHead(backbone === 'resnet18' ? 512 : 2048, 512, 128);
  }

  forward(view: tf.Tensor4D): { z: tf.Tensor2D; p: tf.Tensor2D } {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  /** The mean over the views of the negative cosine between a view's p and the mean of the others' z. */
  loss(outputs: readonly { z: tf.Tensor2D; p: tf.Tensor2D }[]): tf.Scalar {
    return nn.meanOf(
      outputs.map(({ p }, i) => {
        const others = outputs.filter((_, j) => j !== i).map(({ z }) => z);
        return losses.negativeCosineSimilarity(p, nn.meanOf(others));
      }),
    );
  }
}

/** 1 for spread-out features, towards 0 if they collapse: mean deviation of unit rows, times √features. */
export function collapseMeasure(z: tf.Tensor2D): tf.Scalar {
  const [rows, features] = z.shape;
  const units = tf.div(z, tf.norm(z, 2, 1, true));
  const centred = tf.sub(units, tf.mean(units, 0, true));
  const deviations = tf.sqrt(tf.div(tf.sum(tf.square(centred), 0), rows - 1));
  return tf.mul(tf.mean(deviations), Math.sqrt(features));
}
