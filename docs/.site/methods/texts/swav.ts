import { plain, trained } from '../figure';
import { photographExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'SwaV clusters while it learns. A set of prototypes is trained with the network, and each large view is assigned to them by a code: a soft assignment that shares the batch evenly over the prototypes (Sinkhorn’s algorithm), ' +
    'so that not all images end up with the same one. The code of one view is then predicted from the other views. Besides two large crops each image has several small ones, which see less of the image and cost less.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{2 (V - 1)} \sum_{u=1}^{2} \sum_{v \neq u} q_u \cdot \log \operatorname{softmax} \left( C^\top z_v / \tau \right)`,
  ],
  symbols:
    'V is the number of views, of which the first two are large, z is the projection of a view with length 1, C are the prototypes, q is the code of a large view, and τ is the temperature. The loss is the mean over the batch.',
  figure: {
    description:
      'All views pass through backbone, projection head and prototypes. Sinkhorn’s algorithm makes codes of the scores of the large views. The scores of each view predict the codes of the other views. No gradient flows through the codes.',
    loss: 'cross-entropy of scores and codes',
    branches: [
      { view: 'every view', parts: [trained('backbone'), trained('projection'), trained('prototypes')] },
      {
        view: 'another, large view',
        parts: [
          trained('backbone', 0),
          trained('projection', 0),
          trained('prototypes', 0),
          plain('Sinkhorn: codes'),
        ],
        stopGradient: true,
      },
    ],
  },
  paper: 'Unsupervised Learning of Visual Features by Contrasting Cluster Assignments',
  lightly: {
    example: 'swav.py',
    defaults: {
      ...photographExample,
      ...resnet18,
      batchSize: '128',
      optimiser: '`Adam`',
      lr: '0.001',
      temperature: '0.1',
      hiddenFeatures: '512',
      outFeatures: '128',
      nPrototypes: '512',
      views: '`SwaVTransform()`: 2 of 224 × 224, 6 of 96 × 96',
    },
  },
  onRanks: 'Sinkhorn’s algorithm shares the images of all ranks over the prototypes.',
  pitfalls: [
    'A loss that stays at the logarithm of the number of prototypes means that all images are shared equally over all of them and nothing is learnt. Use fewer prototypes (`--nPrototypes 128`) and more updates.',
    'lightly’s SwaV has an optional queue of earlier projections for small batches. It is not available here; for small batches use fewer prototypes.',
    'In two epochs on the digits SwaV does not learn ([What each method learns](../methods.md#what-does-not-learn-in-so-short-a-time-and-what-each-needs)).',
  ],
};
