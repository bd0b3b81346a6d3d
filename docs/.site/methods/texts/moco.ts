import { kept, teacher, trained } from '../figure';
import { cifarExample, resnet18 } from '../method-text';
import type { MethodText } from '../method-text';

export const text: MethodText = {
  idea:
    'MoCo is contrastive with many negatives and small batches. A teacher, whose weights follow those of the student slowly, computes a key for each image, and a queue keeps the keys of the last batches. ' +
    'The student computes a query from another view and has to find the key of the same image among all keys of the queue. Because the teacher changes slowly, old keys remain comparable. This is version 2, with an MLP head and stronger views.',
  formulas: [
    String.raw`\mathcal{L} = -\frac{1}{N} \sum_{i=1}^{N} \log \frac{\exp(q_i \cdot k_i / \tau)}{\exp(q_i \cdot k_i / \tau) + \sum_{n=1}^{K} \exp(q_i \cdot b_n / \tau)}`,
  ],
  symbols:
    'q is the query of an image, k its key, b are the K keys in the queue, all of length 1, and τ is the temperature.',
  figure: {
    description:
      'The student makes a query of one view. A teacher, whose weights follow the student, makes a key of the other view. The keys fill a queue. The loss compares the query with its key and with the queue. No gradient flows to keys and queue.',
    loss: 'cross-entropy of query and keys',
    branches: [
      { view: 'view 1', parts: [trained('backbone'), trained('projection')] },
      { view: 'view 2', parts: [teacher('teacher', 0), teacher('teacher', 0)], stopGradient: true },
      { parts: [null, kept('queue', 1)], stopGradient: true },
    ],
  },
  paper: 'Improved Baselines with Momentum Contrastive Learning',
  lightly: {
    example: 'moco.py',
    defaults: {
      ...cifarExample,
      ...resnet18,
      momentum: '0.996',
      temperature: '0.5',
      queueSize: '4096',
      hiddenFeatures: '512',
      outFeatures: '128',
      views: '`MoCoV2Transform(input_size=32)`: 2 of 32 × 32',
    },
  },
  onRanks:
    'The queue takes the keys of all ranks and is the same on all of them, so it is renewed W times as fast on W ranks.',
  pitfalls: [
    'The head has no batch norm, so all projections start in nearly the same direction and `z_std` starts near 0. The experiment therefore warns only below 0.2.',
    'The queue starts with random rows. The loss is meaningful once `queueSize / batchSize` updates have replaced them.',
    'A momentum of 0.996 suits long runs; in a short one the teacher hardly moves. Set `--momentum 0.99`.',
  ],
};
