import { z } from 'zod';
import { seedNumber, wholeNumber } from '../contracts';
import type { EvaluationData, ModelAccess, TaskReport } from '../contracts';
import { withSeed } from '../engine';
import { Linear } from '../nn';
import { embedSplit, fewerImages, hasFiniteFeatures, standardize } from './feature-table';
import type { FeatureTable } from './feature-table';
import { classify, probeRule, shuffledBatches, topKAccuracy, trainClassifier } from './linear-classifier';

/** Options of a linear probe; defaults as in lightly's linear evaluation, except `standardize`. */
export const probeSchema = z.strictObject({
  epochs: wholeNumber('epochs')
    .default(90)
    .describe('number of passes of the classifier over the train split'),
  learningRate: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('first learning rate for a batch of 256, scaled in proportion for other sizes'),
  batchSize: wholeNumber('features')
    .default(256)
    .describe('number of features in an update of the classifier'),
  seed: seedNumber().default(0).describe("seed of the classifier's initial weights and batches"),
  standardize: z
    .boolean()
    .default(true)
    .describe('scale each feature to mean 0 and standard deviation 1 over the train split'),
  embedBatchSize: wholeNumber('images').default(256).describe('number of images to embed at once'),
  trainLimit: fewerImages().describe('maximum number of training images, spread evenly; null for all'),
  testLimit: fewerImages().describe('maximum number of held-out images, spread evenly; null for all'),
});

/** The same options, with all defaults filled in. */
export interface ProbeOptions extends Readonly<z.output<typeof probeSchema>> {}

/** The result of a linear probe. */
export interface ProbeFigures {
  /** The fraction of held-out images whose class has the highest logit; `null` if the numbers are not finite. */
  readonly accuracy: number | null;
  /** The fraction whose class is among the five highest logits; `null` for five classes and fewer. */
  readonly accuracyTop5: number | null;
  /** The mean loss over the batches of the last epoch. */
  readonly trainLoss: number | null;
  /** What is not finite: the backbone's features, or the classifier that was trained on them. */
  readonly diverged: 'features' | 'classifier' | null;
}

/** A linear probe's figures, and everything on which they depend besides the weights. */
export interface ProbeResult extends ProbeFigures, ProbeSettings {
  readonly classes: number;
  readonly data: string;
  readonly trainSamples: number;
  readonly testSamples: number;
  readonly featureWidth: number;
}

type ProbeSettings = Pick<ProbeOptions, 'epochs' | 'learningRate' | 'seed' | 'standardize'> &
  typeof probeRule & {
    /** At most the number of training images. */
    readonly batchSize: number;
  };

/**
 * Trains a linear classifier on the frozen features of plain training images, and evaluates it on held-out ones.
 *
 * The protocol is that of lightly's `LinearClassifier` (after SimCLR, Chen et al. 2020): SGD with momentum 0.9 and
 * without weight decay, learning rate 0.1 · batch / 256 along half a cosine, 90 epochs of whole shuffled batches. It
 * differs in that each image is embedded once, without augmentation, and that features are standardised first (by
 * default): the learning rate then suits features of any scale, and models are compared by the information in their
 * features. He et al. 2022 (MAE, appendix A.1) put a batch norm without scale and offset before the classifier for the
 * same reason.
 *
 * The result depends only on weights, data and options: no other random state is used or changed, and no tensors are
 * left.
 *
 * @param report receives the progress of each part of the work, and may end it by rejecting.
 * @throws FulgurError `data` for a split without images or labels; images without a label are left out of the other
 *   splits.
 */
export async function evaluateByProbe(
  model: ModelAccess,
  data: EvaluationData,
  options: ProbeOptions,
  report?: TaskReport,
): Promise<ProbeResult> {
  const { embedBatchSize, trainLimit, testLimit, epochs, learningRate, seed } = options;
  const embed = (split: 'train' | 'test', limit: number | null): Promise<FeatureTable> =>
    embedSplit(model, data, split, { batchSize: embedBatchSize, limit, labelled: true }, report);
  const train = await embed('train', trainLimit);
  const test = await embed('test', testLimit);
  const batchSize = Math.min(options.batchSize, train.labels.length);
  const settings = { epochs, learningRate, batchSize, seed, standardize: options.standardize };
  const finite = hasFiniteFeatures(train) && hasFiniteFeatures(test);
  return {
    ...(finite ? await probe([train, test], data.classes, settings, report) : noFigures('features')),
    ...settings,
    ...probeRule,
    classes: data.classes,
    data: data.name,
    trainSamples: train.labels.length,
    testSamples: test.labels.length,
    featureWidth: train.width,
  };
}

async function probe(
  [train, test]: readonly [FeatureTable, FeatureTable],
  classes: number,
  options: Omit<ProbeSettings, keyof typeof probeRule>,
  report?: TaskReport,
): Promise<ProbeFigures> {
  const { batchSize, learningRate, seed } = options;
  const [known, asked] = options.standardize ? standardize(train, test) : [train, test];
  const batches = shuffledBatches(known.labels.length, options);
  const classifier = withSeed(seed, () => new Linear(known.width, classes));
  try {
    const training = { classes, batches, learningRate: (learningRate * batchSize) / 256 };
    const losses = await trainClassifier(classifier, known, training, report);
    const logits = await classify(classifier, asked, classes);
    if (!logits.every(Number.isFinite)) return noFigures('classifier');
    const lastEpoch = losses.slice(-Math.floor(known.labels.length / batchSize));
    return {
      accuracy: topKAccuracy(logits, asked.labels, 1),
      accuracyTop5: classes > 5 ? topKAccuracy(logits, asked.labels, 5) : null,
      trainLoss: lastEpoch.reduce((sum, loss) => sum + loss, 0) / lastEpoch.length,
      diverged: null,
    };
  } finally {
    classifier.dispose();
  }
}

function noFigures(diverged: 'features' | 'classifier'): ProbeFigures {
  return { accuracy: null, accuracyTop5: null, trainLoss: null, diverged };
}
