import { plain, trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'Barlow Twins compares features instead of images. It computes the correlation between each feature of one view and each feature of the other view over the batch, and draws this matrix to the identity: ' +
    'a feature agrees with itself across views (the diagonal is 1) and different features do not repeat each other (the rest is 0). It needs neither negatives nor a teacher nor a stop-gradient.',
  formulas: [String.raw`\mathcal{L} = \sum_i (1 - c_{ii})^2 + \lambda \sum_i \sum_{j \neq i} c_{ij}^2`],
  symbols:
    'c is the correlation over the batch of feature i of one view with feature j of the other, and λ the weight of the second term.',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. Features are normalised over the batch, and their correlation matrix is compared with the identity.',
    loss: 'correlation matrix against the identity',
    branches: [
      {
        view: 'view 1',
        parts: [trained('backbone'), trained('projection'), plain('normalise over the batch')],
      },
      {
        view: 'view 2',
        parts: [trained('backbone', 0), trained('projection', 0), plain('normalise over the batch')],
      },
    ],
  },
  paper: 'Barlow Twins: Self-Supervised Learning via Redundancy Reduction',
  lightly: {
    example: 'barlowtwins.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      lambda: '0.005',
      hiddenFeatures: '2048',
      outFeatures: '2048',
      views: '`BYOLTransform` of 32 pixels, no blur: 2 of 32 × 32',
    },
  },
  onRanks:
    'Means, deviations and correlations are those of all ranks. `losses.barlowTwins(a, b, { lambda, gather: false })` uses those of each rank, as lightly does unless `gather_distributed=True` is set.',
  pitfalls: [
    'The loss is a sum over features and starts in the hundreds or thousands. SGD with the default learning rate of 0.06, as in lightly’s example, is then very coarse; the bench trains it with `optim.adamw` at 0.001.',
    'Correlations of few images are noisy. Use batches of 128 or more.',
  ],
};
