import { plain, trained } from '../figure';
import { photographExample } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'A masked autoencoder hides three quarters of the patches of an image. A vision transformer encodes the patches that remain, and a small decoder reconstructs the pixels of the hidden ones. ' +
    'The encoder never sees the hidden patches, which makes a step cheap. There is one view of each image and no comparison between images, so there is nothing that could collapse in the way of the other methods.',
  formulas: [
    String.raw`\mathcal{L} = \frac{1}{\lvert M \rvert} \sum_{m \in M} \frac{\lVert \hat{x}_m - x_m \rVert^2}{d}`,
  ],
  symbols:
    'M are the hidden patches, x are the d pixel values of a patch, and x̂ those that the decoder gives. The loss is the mean over the batch.',
  figure: {
    description:
      'A quarter of the patches of an image pass through the encoder, and a decoder reconstructs the hidden patches, whose pixels are the target.',
    loss: 'mean squared error of the pixels',
    branches: [
      { view: 'visible patches', parts: [trained('encoder'), plain('mask tokens'), trained('decoder')] },
      { view: 'hidden patches', parts: [plain('pixels')] },
    ],
  },
  paper: 'Masked Autoencoders Are Scalable Vision Learners',
  lightly: {
    example: 'mae.py',
    defaults: {
      ...photographExample,
      batchSize: '256',
      optimiser: '`AdamW`',
      lr: '0.00015',
      maskRatio: '0.75',
      width: '768',
      depth: '12',
      heads: '12',
      imageSize: '224',
      patchSize: '32',
      decoderWidth: '512',
      decoderDepth: '1',
      decoderHeads: '16',
      views: '`MAETransform()`: 1 of 224 × 224',
    },
  },
  onRanks:
    'The loss compares nothing across images, so ranks exchange nothing but gradients. A transformer has no batch norm: `syncBatchNorm()` changes nothing here.',
  pitfalls: [
    'A transformer needs many updates: the paper trains for hundreds of epochs. In two epochs on the digits the features become worse than random ones ([What each method learns](../methods.md#what-does-not-learn-in-so-short-a-time-and-what-each-needs)).',
    'The size of the images must be a multiple of `--patchSize`. lightly’s ViT-Base with patches of 32 pixels would see an image of 32 pixels as one patch, so the default here is a ViT-Tiny with patches of 4.',
    'The loss falls while the features are still poor: it measures pixels. Watch `knn_accuracy`.',
  ],
};
