import { kept, trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'NNCLR is SimCLR with other positives. A queue keeps the projections of recent images. The positive of a view is not the other view itself, but the entry of the queue nearest to it: usually another, similar image. ' +
    'So the network learns more than what the views keep constant. A prediction head, as in BYOL, predicts this neighbour.',
  formulas: [
    String.raw`\mathcal{L} = \frac{1}{2} \left( \operatorname{NTXent}(\operatorname{NN}(z_1), p_2) + \operatorname{NTXent}(\operatorname{NN}(z_2), p_1) \right)`,
    String.raw`\operatorname{NN}(z) = \operatorname*{arg\,max}_{b \in B} \frac{z \cdot b}{\lVert z \rVert \, \lVert b \rVert}`,
  ],
  symbols:
    'z is the projection of a view, p its prediction, B the queue, and NTXent the loss of [SimCLR](simclr.md).',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. The projection of one view is replaced by its nearest neighbour in a queue, and the prediction of the other view is compared with it. No gradient flows through the neighbour.',
    loss: 'NT-Xent, both ways',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection'), trained('prediction')] },
      {
        view: 'view 2',
        parts: [trained('backbone', 0), trained('projection', 0), kept('nearest in the queue')],
        stopGradient: true,
      },
    ],
  },
  paper:
    'With a Little Help from My Friends: Nearest-Neighbor Contrastive Learning of Visual Representations',
  lightly: {
    example: 'nnclr.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      temperature: '0.5',
      queueSize: '4096',
      hiddenFeatures: '512',
      outFeatures: '128',
      views: '`SimCLRTransform(input_size=32)`: 2 of 32 × 32',
    },
  },
  onRanks: 'The queue takes the projections of all ranks, and the negatives are those of all ranks.',
  pitfalls: [
    'The queue starts with random rows, which are nobody’s neighbours. The loss is meaningful once `queueSize / batchSize` updates have replaced them.',
    'A queue that is large in comparison with the data set often returns the image itself. On small data sets set `--queueSize` lower.',
  ],
};
