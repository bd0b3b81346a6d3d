import { trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'SimCLR is contrastive. For each view, the other view of the same image is the positive, and the views of all other images in the batch are negatives. ' +
    'The loss is the cross-entropy of picking out the positive by cosine similarity. The more negatives there are, the harder and the more useful the task, so SimCLR gains from large batches.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{2N} \sum_{i=1}^{2N} \log \frac{\exp(s_{i,j(i)} / \tau)}{\sum_{k \neq i} \exp(s_{i,k} / \tau)}`,
  ],
  symbols:
    'N is the number of images, s the cosine of two projections, j(i) the other view of the same image and τ the temperature.',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. The loss compares each projection with those of all views of the batch.',
    loss: 'NT-Xent over all views of the batch',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection')] },
      { view: 'view 2', parts: [trained('backbone', 0), trained('projection', 0)] },
    ],
  },
  paper: 'A Simple Framework for Contrastive Learning of Visual Representations',
  lightly: {
    example: 'simclr.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      temperature: '0.5',
      hiddenFeatures: '2048',
      outFeatures: '2048',
      views: '`SimCLRTransform(input_size=32)`: 2 of 32 × 32',
    },
  },
  onRanks:
    'The negatives are the views of all ranks: two ranks with 128 images each compute what one rank computes with 256. lightly compares the views of each rank alone unless `gather_distributed=True` is set; `losses.ntXent(a, b, { gather: false })` does the same.',
  pitfalls: [
    'Small batches have few negatives. For small batches prefer a method without negatives, such as [FastSiam](fastsiam.md), or one with a queue, such as [MoCo](moco.md).',
    'The temperature matters: the bench trains the digits with 0.2 instead of the default of 0.5.',
  ],
};
