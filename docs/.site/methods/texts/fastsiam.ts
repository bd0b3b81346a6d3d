import { plain, trained } from '../figure';
import { cifarExample } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'FastSiam extends SimSiam. It trains without negative samples and without a teacher: each view of an image predicts what the network makes of ' +
    'the other views. SimSiam compares two views; FastSiam has four, and the target of each view is the mean of the projections of the other three. ' +
    'The mean of several targets varies less than a single one, so training is stable with small batches and needs fewer epochs. ' +
    'No gradient flows through the targets. Without this stop-gradient all features would collapse to one point.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{V} \sum_{v=1}^{V} \frac{p_v \cdot \bar{z}_v}{\lVert p_v \rVert \, \lVert \bar{z}_v \rVert}`,
    String.raw`\bar{z}_v = \frac{1}{V-1} \sum_{w \neq v} \operatorname{stopgrad}(z_w)`,
  ],
  symbols:
    'V is the number of views, z the projection of a view and p its prediction. The loss is the mean over the batch; −1 is the best value.',
  figure: {
    description:
      'Every view passes through the backbone and the projection head. The prediction of a view is compared with the mean projection of the other views, through which no gradient flows.',
    loss: 'negative cosine, mean over the views',
    branches: [
      { view: 'view v', parts: [trained('backbone'), trained('projection'), trained('prediction')] },
      {
        view: 'the other views',
        parts: [trained('backbone', 0), trained('projection', 0), plain('mean')],
        stopGradient: true,
      },
    ],
  },
  paper: 'FastSiam: Resource-Efficient Self-supervised Learning on a Single GPU',
  address: 'https://link.springer.com/chapter/10.1007/978-3-031-16788-1_4',
  lightly: {
    example: 'fastsiam.py',
    defaults: { ...cifarExample, views: '`FastSiamTransform(input_size=32)`: 4 of 32 × 32' },
  },
  onRanks:
    'The loss compares only views of the same image, so ranks exchange nothing but gradients and batch statistics.',
  pitfalls: [
    'A step has four views and costs about twice as much as a step of SimSiam. Compare the two after the same time as well as after the same number of images ([What each method learns](../methods.md#fastsiam-against-simsiam)).',
    'Views must not change what an image shows. A mirrored digit is another digit, and a small crop of a digit is no longer a digit: `experiments/fastsiam-digits.ts` sets `hfProb: 0` and `minScale: 0.5`.',
    '`z_std` near 0 means collapse: all images get the same features. The loss does not show it, because it is then near its best value.',
  ],
};
