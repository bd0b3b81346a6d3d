import { teacher, trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'A student predicts what a teacher makes of another view of the same image. The teacher has the same architecture, and its weights are a moving average of those of the student, so its targets change slowly. ' +
    'It uses no negative samples. The prediction head, which only the student has, and the slow teacher keep the features from collapsing.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{2} \left( \frac{p_1 \cdot z'_2}{\lVert p_1 \rVert \, \lVert z'_2 \rVert} + \frac{p_2 \cdot z'_1}{\lVert p_2 \rVert \, \lVert z'_1 \rVert} \right)`,
    String.raw`\xi \leftarrow m \, \xi + (1 - m) \, \theta`,
  ],
  symbols:
    'p is the prediction of the student, z′ the projection of the teacher, θ and ξ are the weights of student and teacher, and m is the momentum, which rises to 1 over the epochs.',
  figure: {
    description:
      'The student passes one view through backbone, projection head and prediction head. A teacher, whose weights follow the student, passes the other view through backbone and projection head. No gradient flows to the teacher.',
    loss: 'negative cosine, both ways',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection'), trained('prediction')] },
      { view: 'view 2', parts: [teacher('teacher', 0), teacher('teacher', 0)], stopGradient: true },
    ],
  },
  paper: 'Bootstrap Your Own Latent: A New Approach to Self-Supervised Learning',
  lightly: {
    example: 'byol.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      momentum: '0.996',
      hiddenFeatures: '1024',
      outFeatures: '256',
      views: '`BYOLTransform` of 32 pixels, no blur: 2 of 32 × 32',
    },
  },
  onRanks: 'The teacher is the same on all ranks, because the student is.',
  pitfalls: [
    'A momentum of 0.996 suits long runs. In a run of a hundred updates the teacher hardly moves: set `--momentum 0.9` or `0.99`.',
    'The momentum reaches 1 at the end of `trainer.maxEpochs`, and the teacher then stands still. A run that is to be continued later needs its final number of epochs from the start.',
    'In two epochs on the digits BYOL learns little ([What each method learns](../methods.md#what-does-not-learn-in-so-short-a-time-and-what-each-needs)).',
  ],
};
