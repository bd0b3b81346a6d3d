import { plain, teacher, trained } from '../figure';
import { photographExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'A student and a teacher each give a distribution over many outputs. The teacher, whose weights follow the student, sees two large views; the student sees these and several small ones, and has to give the same distribution as the teacher for every other view. ' +
    'Two measures prevent collapse: the outputs of the teacher are centred, so that no output wins for all images, and sharpened by a low temperature, so that they do not become uniform. The backbone is a ResNet or a vision transformer.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{P} \sum_{t} \sum_{s \neq t} \operatorname{softmax} \left( \frac{g'_t - c}{\tau_t} \right) \cdot \log \operatorname{softmax} \left( \frac{g_s}{\tau_s} \right)`,
  ],
  symbols:
    'g are the outputs of the student, g′ those of the teacher, P is the number of pairs of different views, c the moving centre, and τ are the temperatures of student (0.1) and teacher. The loss is the mean over the batch.',
  figure: {
    description:
      'The student passes all views through backbone and head. A teacher, whose weights follow the student, passes the large views; its outputs are centred and sharpened. No gradient flows to the teacher.',
    loss: 'cross-entropy of the two distributions',
    branches: [
      { view: 'all views', parts: [trained('backbone'), trained('head'), plain('softmax')] },
      {
        view: 'large views',
        parts: [teacher('teacher', 0), teacher('teacher', 0), plain('centre, sharpen')],
        stopGradient: true,
      },
    ],
  },
  paper: 'Emerging Properties in Self-Supervised Vision Transformers',
  lightly: {
    example: 'dino.py',
    defaults: {
      ...photographExample,
      ...resnet18,
      batchSize: '64',
      optimiser: '`Adam`',
      lr: '0.001',
      momentum: '0.996',
      teacherTemp: '0.04',
      architecture: 'resnet18',
      patchSize: '–',
      hiddenFeatures: '512',
      bottleneckFeatures: '64',
      outFeatures: '2048',
      views: '`DINOTransform()`: 2 of 224 × 224, 6 of 96 × 96',
    },
  },
  onRanks: 'The centre is that of all ranks, and the teacher is the same on all of them.',
  pitfalls: [
    'The last layer of the head is held still during the first epoch. A run of one epoch never trains it.',
    'lightly’s example draws new weights for the head of the teacher; here the teacher starts as a copy of the student, as in the paper.',
    'With `--architecture vitTiny` use a smaller learning rate, such as `--lr 5e-4`. The size of the images must be a multiple of `--patchSize`.',
    'The experiment has no collapse sentinel, because the outputs are a distribution. Watch `knn_accuracy`.',
  ],
};
