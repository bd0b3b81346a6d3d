import { z } from 'zod';
import { datasetNames } from '../contracts';
import type { ClusterOptions, DataOptions, KnnOptions, ProbeOptions, TrainerOptions } from '../contracts';

const positive = (unit: string): z.ZodNumber =>
  z.int(`must be a whole number of ${unit}`).positive('must be above 0');

const atMost = (schema: z.ZodNumber, most: number, words = String(most)): z.ZodNumber =>
  schema.max(most, `must be at most ${words}`);

/** More of them cost memory and start-up time, and no machine has the cores for them. */
const MOST_THREADS = 1024;
const MOST_WORKERS = 256;
/** As RGB they take 3 GB. */
const MOST_IMAGE_PIXELS = 2 ** 30;
const MOST_DEVICES = 1024;
const DAY = 86_400;

const count = (unit: string, initial = 0): z.ZodDefault<z.ZodNumber> =>
  z.int(`must be a whole number of ${unit}`).nonnegative('must not be negative').default(initial);

/** A whole number, or a fraction of what there is; `null` for `all`. */
const batchLimit = (
  meaning: string,
  { orNone = false, all = 'all' }: { readonly orNone?: boolean; readonly all?: string } = {},
): z.ZodDefault<z.ZodNullable<z.ZodNumber>> =>
  (orNone ? z.number().nonnegative('must not be negative') : z.number().positive('must be above 0'))
    .refine((limit) => limit < 1 || Number.isInteger(limit), 'must be a whole number, or a fraction below 1')
    .nullable()
    .default(null)
    .describe(`${meaning}: a number (1 is one), or a fraction below 1${all === 'all' ? '' : ` (${all})`}`);

/** Trainer options; names and defaults follow Lightning's `Trainer` where it has them. */
export const trainerSchema = z.strictObject({
  maxEpochs: positive('epochs')
    .nullable()
    .default(null)
    .describe('total epochs (1000 where maxSteps is not given)'),
  maxSteps: positive('updates').nullable().default(null).describe('total optimiser updates'),
  minEpochs: count('epochs').describe('epochs before which no plugin ends training'),
  minSteps: count('updates').describe('updates before which no plugin ends training'),
  gradientClipVal: z
    .number()
    .positive('must be above 0')
    .nullable()
    .default(null)
    .describe('largest norm, or value, of the gradients'),
  gradientClipAlgorithm: z
    .enum(['norm', 'value'])
    .default('norm')
    .describe('scale all gradients together, or cut each number'),
  accumulateGradBatches: z
    .union([
      positive('batches'),
      z.record(z.coerce.number().pipe(z.int().nonnegative()), positive('batches')),
    ])
    .default(1)
    .describe('batches that make one update'),
  limitTrainBatches: batchLimit('batches of each epoch'),
  limitValBatches: batchLimit('batches of each validation', { orNone: true }),
  limitTestBatches: batchLimit('batches of a test'),
  limitPredictBatches: batchLimit('batches of a prediction'),
  overfitBatches: batchLimit('train on the same batches in each epoch, without shuffling'),
  checkValEveryNEpoch: positive('epochs').default(1).describe('epochs between two that are validated'),
  valCheckInterval: batchLimit('batches of training between two validations', { all: "the epoch's end" }),
  numSanityValSteps: count('batches', 2).describe('batches of validation to try out before training'),
  fastDevRun: z
    .union([z.boolean(), positive('batches')])
    .default(false)
    .describe('run this many batches (true: one) without loggers and checkpoints'),
  logEveryNSteps: positive('updates').default(50).describe('updates between two rows of step metrics'),
  enableProgressBar: z.boolean().default(true).describe('show progress'),
  enableCheckpointing: z.boolean().default(true).describe('let the checkpointing plugin write'),
  accelerator: z.enum(['auto', 'cpu', 'gpu']).default('auto').describe('where tensors live'),
  devices: z
    .union([
      z.literal('auto'),
      atMost(z.int('must be a whole number of devices, or auto').positive('must be above 0'), MOST_DEVICES),
    ])
    .default(1)
    .describe('devices of this host, each a rank; auto takes every GPU; also --devices'),
  threads: atMost(positive('threads'), MOST_THREADS)
    .nullable()
    .default(null)
    .describe('threads of one operation (one per core)'),
  precision: z
    .enum(['32-true', 'bf16-mixed'])
    .default('32-true')
    .describe('numbers of convolutions and products'),
  barebones: z.boolean().default(false).describe('train without plugins, and tell what the framework costs'),
  compile: z.boolean().default(true).describe('compile the step; false runs it operation by operation'),
  detectAnomaly: z
    .boolean()
    .default(false)
    .describe('run operation by operation and name the first one that makes a NaN'),
  defaultRootDir: z.string().min(1, 'must not be empty').default('runs').describe('the folder of all runs'),
}) satisfies z.ZodType<TrainerOptions>;

const transform = z
  .custom<object>((value) => typeof value === 'object')
  .nullable()
  .default(null);

/** Options of the data. */
export const dataSchema = z.strictObject({
  name: z.enum(datasetNames).describe('the data set'),
  path: z.string().nullable().default(null).describe('where the data lie'),
  url: z.url('must be an address').nullable().default(null).describe('another address to download from'),
  fallback: z
    .enum(datasetNames)
    .nullable()
    .default(null)
    .describe('data set to use where the named one cannot be had'),
  batchSize: positive('samples').default(256).describe('samples in a batch'),
  workers: z
    .union([
      z.literal('auto'),
      atMost(z.int('must be a whole number of threads, or auto').nonnegative(), MOST_WORKERS),
    ])
    .default('auto')
    .describe('threads that prepare batches; 0 prepares them in the main thread'),
  shuffle: z.boolean().default(true).describe('draw the samples in a new order each epoch'),
  dropLast: z.boolean().default(true).describe('leave out a last batch that is not full'),
  onBrokenImage: z
    .enum(['error', 'skip'])
    .default('error')
    .describe('what an unreadable image does to the run'),
  maxImagePixels: atMost(positive('pixels'), MOST_IMAGE_PIXELS)
    .default(178_956_970)
    .describe('an image of more pixels counts as unreadable'),
  download: z.boolean().default(true).describe('download data that are not on disk'),
  transform,
  evaluationTransform: transform,
}) satisfies z.ZodType<DataOptions>;

const imageLimit = (meaning: string): z.ZodDefault<z.ZodNullable<z.ZodNumber>> =>
  positive('images').nullable().default(null).describe(`${meaning}, spread evenly (all)`);

/** Options of the linear probe; values as lightly's linear evaluation has them, but for `standardize`. */
export const probeSchema = z.strictObject({
  epochs: positive('epochs').default(90).describe('passes of the classifier over the train split'),
  learningRate: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('first learning rate for a batch of 256, in proportion for others'),
  batchSize: positive('features').default(256).describe('features in an update of the classifier'),
  seed: z
    .int('must be a whole number')
    .nonnegative('must not be negative')
    .default(0)
    .describe("seed of the classifier's first weights and batches"),
  standardize: z
    .boolean()
    .default(true)
    .describe('scale each feature to mean 0 and deviation 1 over the train split'),
  embedBatchSize: positive('images').default(256).describe('images to embed at once'),
  trainLimit: imageLimit('most training images'),
  testLimit: imageLimit('most held-out images'),
}) satisfies z.ZodType<ProbeOptions>;

/** Options of the evaluation by nearest neighbours; defaults as in lightly's benchmarks. */
export const knnSchema = z.strictObject({
  k: positive('neighbours').default(200).describe('neighbours that vote'),
  temperature: z
    .number()
    .positive('must be above 0')
    .default(0.1)
    .describe('the lower, the more the nearest count: weight exp(similarity / temperature)'),
  batchSize: positive('images').default(256).describe('images to embed at once'),
  bankLimit: imageLimit('most training images to compare with'),
  queryLimit: imageLimit('most held-out images to classify'),
}) satisfies z.ZodType<KnnOptions>;

/** Options of runs of several ranks. */
export const clusterSchema = z.strictObject({
  heartbeatSeconds: atMost(z.number().min(0.5, 'must be 0.5 or more'), DAY, `${DAY}, a day`)
    .default(10)
    .describe('silence after which a rank counts as gone'),
  joinSeconds: atMost(z.number().positive('must be above 0'), 100 * DAY, `${100 * DAY}, a hundred days`)
    .default(300)
    .describe('wait for all ranks at the start'),
  maxRestarts: count('restarts').describe(
    'start all ranks of this host again when one has died; also --max-restarts',
  ),
  isolate: z
    .boolean()
    .default(false)
    .describe('run the ranks of this host in a network of their own; also --isolate'),
}) satisfies z.ZodType<ClusterOptions>;

/** Options of the run as a whole. */
export const runSchema = z.strictObject({
  seed: z
    .int('must be a whole number')
    .nonnegative('must not be negative')
    .default(0)
    .describe('seed of every draw'),
  resume: z
    .string()
    .nullable()
    .default(null)
    .describe(
      'go on from a checkpoint: last, best or a folder; auto: from the last, or begin where there is none',
    ),
  allowChanges: z
    .boolean()
    .default(false)
    .describe('go on although options that the numbers depend on are others than the checkpoint has'),
  checkpoint: z
    .string()
    .nullable()
    .default(null)
    .describe('evaluate this checkpoint: last (where nothing is said), best or a folder'),
  split: z
    .enum(['train', 'test', 'all'])
    .nullable()
    .default(null)
    .describe('samples that validate, test and predict cover (test)'),
  weights: z
    .enum(['raw', 'averaged'])
    .nullable()
    .default(null)
    .describe('weights of a checkpoint to evaluate (averaged where it has them)'),
  untrained: z
    .boolean()
    .default(false)
    .describe("evaluate the seed's random weights instead of a checkpoint"),
});
