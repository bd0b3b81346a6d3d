import { z } from 'zod';
import { seedNumber, wholeNumber } from '../contracts';

const fewerImages = (): z.ZodDefault<z.ZodNullable<z.ZodNumber>> =>
  wholeNumber('images').nullable().default(null);

/** How a linear classifier judges features; values as lightly's linear evaluation has them, but for `standardize`. */
export const probeSchema = z.strictObject({
  epochs: wholeNumber('epochs').default(90).describe('passes of the classifier over the train split'),
  learningRate: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('first learning rate for a batch of 256, in proportion for others'),
  batchSize: wholeNumber('features').default(256).describe('features in an update of the classifier'),
  seed: seedNumber().default(0).describe("seed of the classifier's first weights and batches"),
  standardize: z
    .boolean()
    .default(true)
    .describe('scale each feature to mean 0 and deviation 1 over the train split'),
  embedBatchSize: wholeNumber('images').default(256).describe('images to embed at once'),
  trainLimit: fewerImages().describe('most training images, spread evenly (all)'),
  testLimit: fewerImages().describe('most held-out images, spread evenly (all)'),
});

/** The same, complete. */
export interface ProbeOptions extends Readonly<z.output<typeof probeSchema>> {}

/** How the nearest neighbours judge features; defaults as in lightly's benchmarks. */
export const knnSchema = z.strictObject({
  k: wholeNumber('neighbours').default(200).describe('neighbours that vote'),
  temperature: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('the lower, the more the nearest count: weight exp(similarity / temperature)'),
  batchSize: wholeNumber('images').default(256).describe('images to embed at once'),
  bankLimit: fewerImages().describe('most training images to compare with, spread evenly (all)'),
  queryLimit: fewerImages().describe('most held-out images to classify, spread evenly (all)'),
});

/** The same, complete. */
export interface KnnOptions extends Readonly<z.output<typeof knnSchema>> {}
