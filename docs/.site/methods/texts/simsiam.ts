import { trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'Two views of an image pass through the same network. A small prediction head predicts the projection of one view from that of the other, in both directions. ' +
    'It needs no negative samples, no teacher and no queue. What prevents collapse is the stop-gradient: a projection that serves as a target is treated as a constant.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{2} \left( \frac{p_1 \cdot \operatorname{stopgrad}(z_2)}{\lVert p_1 \rVert \, \lVert z_2 \rVert} + \frac{p_2 \cdot \operatorname{stopgrad}(z_1)}{\lVert p_2 \rVert \, \lVert z_1 \rVert} \right)`,
  ],
  symbols:
    'z is the projection of a view and p its prediction. The loss is the mean over the batch; −1 is the best value.',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. The prediction of one view is compared with the projection of the other, through which no gradient flows; then the views change places.',
    loss: 'negative cosine, both ways',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection'), trained('prediction')] },
      { view: 'view 2', parts: [trained('backbone', 0), trained('projection', 0)], stopGradient: true },
    ],
  },
  paper: 'Exploring Simple Siamese Representation Learning',
  lightly: {
    example: 'simsiam.py',
    defaults: { ...cifarExample, ...resnet18, views: '`SimSiamTransform(input_size=32)`: 2 of 32 × 32' },
  },
  onRanks:
    'The loss compares only views of the same image, so ranks exchange nothing but gradients and batch statistics.',
  pitfalls: [
    'SimSiam starts slowly: after the first epochs the projections of all images are still close to each other. [FastSiam](fastsiam.md) separates them sooner.',
    '`z_std` near 0 means collapse. The loss does not show it, because it is then near its best value.',
  ],
};
