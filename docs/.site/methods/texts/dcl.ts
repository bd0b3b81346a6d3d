import { trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'In SimCLR the positive pair also stands in the denominator of the loss. Where a positive is found easily, this makes the gradient of the negatives small, most of all in small batches. ' +
    'DCL leaves the positive pair out of the denominator, which decouples the two, and so learns well with fewer negatives. The network and the views are those of SimCLR.',
  formulas: [
    String.raw`\mathcal{L} = \frac{1}{2N} \sum_{i=1}^{2N} \left( -\frac{s_{i,j(i)}}{\tau} + \log \sum_{k \neq i,\, k \neq j(i)} \exp(s_{i,k} / \tau) \right)`,
  ],
  symbols:
    'N is the number of images, s the cosine of two projections, j(i) the other view of the same image and τ the temperature.',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. The loss compares each projection with those of the views of all other images.',
    loss: 'decoupled contrastive loss',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection')] },
      { view: 'view 2', parts: [trained('backbone', 0), trained('projection', 0)] },
    ],
  },
  paper: 'Decoupled Contrastive Learning',
  lightly: {
    example: 'dcl.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      temperature: '0.1',
      hiddenFeatures: '2048',
      outFeatures: '2048',
      views: '`SimCLRTransform(input_size=32)`: 2 of 32 × 32',
    },
  },
  onRanks:
    'The negatives are the views of all ranks. `losses.dcl(a, b, { gather: false })` compares the views of each rank alone, as lightly does unless `gather_distributed=True` is set.',
  pitfalls: [
    'The loss has no lower bound of 0: the positive is not part of the denominator. Judge training by `knn_accuracy`, not by the value of the loss.',
    'The weighted form, `losses.dclw`, replaces `losses.dcl` in one line. It gives more weight to positives that are far apart.',
  ],
};
