import { trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'VICReg adds up three terms. Invariance: the features of two views of an image are close to each other. Variance: each feature has a standard deviation of at least 1 over the batch, which rules out collapse directly. ' +
    'Covariance: different features are not correlated, so that they carry different information. It needs neither negatives nor a teacher nor a stop-gradient.',
  formulas: [
    String.raw`\mathcal{L} = \lambda \, \frac{\lVert Z - Z' \rVert^2}{N D} + \frac{\mu}{2} \left( v(Z) + v(Z') \right) + \nu \left( c(Z) + c(Z') \right)`,
    String.raw`v(Z) = \frac{1}{D} \sum_{j} \max \left( 0, 1 - \sqrt{\operatorname{Var}(Z_j) + \epsilon} \right)`,
    String.raw`c(Z) = \frac{1}{D} \sum_{i \neq j} \operatorname{Cov}(Z_i, Z_j)^2`,
  ],
  symbols:
    'Z and Z′ are the D features of the two views of N images. The weights λ, μ and ν are 25, 25 and 1 by default.',
  figure: {
    description:
      'Two views pass through the same backbone and projection head. The loss adds up invariance, variance and covariance.',
    loss: 'invariance + variance + covariance',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection')] },
      { view: 'view 2', parts: [trained('backbone', 0), trained('projection', 0)] },
    ],
  },
  paper: 'VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning',
  lightly: {
    example: 'vicreg.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      hiddenFeatures: '2048',
      outFeatures: '2048',
      views: '`VICRegTransform(input_size=32)`: 2 of 32 × 32',
    },
  },
  onRanks:
    'Variances and covariances are those of all ranks. `losses.vicReg(a, b, { gather: false })` uses those of each rank, as lightly does unless `gather_distributed=True` is set.',
  pitfalls: [
    'The variance term alone starts near μ = 25. SGD with the default learning rate of 0.06, as in lightly’s example, is coarse for it; the bench trains it with `optim.adamw` at 0.001.',
    'Covariances of few images are noisy. Use batches of 128 or more.',
  ],
};
