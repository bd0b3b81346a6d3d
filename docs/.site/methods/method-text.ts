import type { Figure } from './figure';

/** The hand-written part of a method's page: `texts/<name>.ts`. Everything else comes from the code. */
export interface MethodText {
  /** What the method does and why it works, in a paragraph of Markdown. */
  readonly idea: string;
  /** The loss in TeX, and what it is made of; each on a line of its own. */
  readonly formulas: readonly string[];
  /** What the symbols of the formulas stand for: a sentence of Markdown. */
  readonly symbols: string;
  readonly figure: Figure;
  /** Title of the paper. The experiment's own help line has its authors and its number. */
  readonly paper: string;
  /** Address of a paper that is not on arXiv. */
  readonly address?: string;
  readonly lightly: LightlyDefaults;
  /** How training on several ranks differs from training on one: a sentence of Markdown. */
  readonly onRanks: string;
  /** What goes wrong and what to do about it, a sentence or two of Markdown each. */
  readonly pitfalls: readonly string[];
}

/** Defaults of lightly's example. */
export interface LightlyDefaults {
  /** The file in `examples/pytorch_lightning`. */
  readonly example: string;
  /** By the names that the rows of the table have: `lr`, `batchSize`, `views`, … */
  readonly defaults: Readonly<Record<string, string>>;
}

/** What lightly's examples on CIFAR-10 with a ResNet-18 have in common. */
export const cifarExample = {
  data: 'CIFAR-10',
  batchSize: '256',
  maxEpochs: '10',
  optimiser: '`SGD`',
  lr: '0.06',
} as const;

/** What lightly's examples on photographs have in common. */
export const photographExample = { data: 'Pascal VOC', maxEpochs: '10' } as const;

/** The backbone of lightly's examples: torchvision's ResNet-18, whose stem is that for ImageNet. */
export const resnet18 = { stem: 'imagenet', width: '64' } as const;
