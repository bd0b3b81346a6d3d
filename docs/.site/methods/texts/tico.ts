import { kept, teacher, trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'A student and a teacher, which follows it slowly, each see one view of an image, and the loss draws their projections together. To prevent collapse, the loss keeps a moving average of the second moments of the features ' +
    'and penalises features that point in the directions that were most common so far. The covariance matrix has a fixed size, so TiCo has the effect of a large queue without its memory.',
  formulas: [
    String.raw`\mathcal{L} = 1 - \frac{1}{N} \sum_i z_i \cdot z'_i + \rho \, \frac{1}{N} \sum_i z_i^\top C \, z_i`,
    String.raw`C \leftarrow \beta \, C + (1 - \beta) \, \frac{1}{N} \sum_i z_i z_i^\top`,
  ],
  symbols:
    'z is the projection of the student and z′ that of the teacher, both of length 1. C is the moving average, β its momentum (0.9) and ρ the weight of the second term (8).',
  figure: {
    description:
      'The student passes one view through backbone and projection head. A teacher, whose weights follow the student, passes the other view. A covariance matrix kept between steps is part of the loss. No gradient flows to teacher and covariance.',
    loss: 'cosine + covariance contrast',
    branches: [
      { parts: [null, kept('covariance', 1)], stopGradient: true },
      { view: 'view 1', parts: [trained('backbone'), trained('projection')] },
      { view: 'view 2', parts: [teacher('teacher', 1), teacher('teacher', 1)], stopGradient: true },
    ],
  },
  paper:
    'TiCo: Transformation Invariance and Covariance Contrast for Self-Supervised Visual Representation Learning',
  lightly: {
    example: 'tico.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      momentum: '0.996',
      hiddenFeatures: '1024',
      outFeatures: '256',
      views: '`TiCoTransform` of 32 pixels, no blur: 2 of 32 × 32',
    },
  },
  onRanks:
    'The covariance matrix is that of all ranks. `new losses.TiCo({ features, gather: false })` keeps one for each rank.',
  pitfalls: [
    'The covariance matrix is part of the checkpoint (`criterion.covariance`); lightly does not save it.',
    'A momentum of 0.996 suits long runs; in a short one the teacher hardly moves. Set `--momentum 0.99`.',
  ],
};
