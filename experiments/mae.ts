/**
 * MAE on CIFAR-10: a transformer sees a quarter of an image's patches, and a small decoder reconstructs the others.
 *
 *   npx ts-node experiments/mae.ts
 *   npx ts-node experiments/mae.ts --width 384 --heads 6 --data.name digits
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { csvLogger } from '../plugins/csv-logger';
import { dataParallel } from '../plugins/data-parallel';
import { knnEval } from '../plugins/knn-eval';
import { progressBar } from '../plugins/progress-bar';
import { syncBatchNorm } from '../plugins/sync-bn';

@Experiment({
  name: 'mae',
  help: 'MAE on CIFAR-10: a quarter of the patches predicts the others (He et al., arXiv 2111.06377)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.mae({ inputSize: 32 }),
  },
  plugins: [
    dataParallel(),
    syncBatchNorm(),
    progressBar(),
    csvLogger(),
    checkpointing(),
    knnEval({ everyNEpochs: 1 }),
  ],
})
export class MAE extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 1.5e-4;
  @HyperParameter({ min: 0, max: 1 }) maskRatio = 0.75;
  /** ViT-Tiny instead of lightly's ViT-Base with patches of 32 pixels, for which an image of 32 pixels would be one patch. */
  @HyperParameter({ min: 1, integer: true }) width = 192;
  @HyperParameter({ min: 1, integer: true }) depth = 12;
  @HyperParameter({ min: 1, integer: true }) heads = 3;
  @HyperParameter({ min: 1, integer: true }) imageSize = 32;
  @HyperParameter({ min: 1, integer: true }) patchSize = 4;
  @HyperParameter({ min: 1, integer: true }) decoderWidth = 512;
  @HyperParameter({ min: 1, integer: true }) decoderDepth = 1;
  @HyperParameter({ min: 1, integer: true }) decoderHeads = 16;

  readonly backbone = new nn.MaskedVisionTransformer(
    new nn.VisionTransformer({
      imageSize: this.imageSize,
      patchSize: this.patchSize,
      width: this.width,
      depth: this.depth,
      heads: this.heads,
      head: 'none',
    }),
    // Patches that are masked are left out here, so nothing stands in their place.
  ).freeze('mask_token');
  readonly decoder = new nn.MAEDecoder({
    patches: this.backbone.sequenceLength - 1,
    patchSize: this.patchSize,
    features: this.width,
    width: this.decoderWidth,
    depth: this.decoderDepth,
    heads: this.decoderHeads,
  });

  /** Chooses the patches of each image that the backbone sees. */
  tokenMask(images: tf.Tensor4D): nn.TokenMask {
    const size = [images.shape[0], this.backbone.sequenceLengthOf(images)] as const;
    return nn.randomTokenMask(size, { maskRatio: this.maskRatio });
  }

  forward(images: tf.Tensor4D) {
    const selection = this.tokenMask(images);
    const encoded = this.backbone.encode(images, { keep: selection.keep });
    const predictions = this.decoder.reconstruct(encoded, selection, images);
    return { predictions, targets: this.decoder.targets(images, selection) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [images] = nn.viewsOf(batch, 1);
    const { predictions, targets } = this.forward(images);
    const loss = losses.maePatchLoss(predictions, targets);
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.adamw(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(MAE);
