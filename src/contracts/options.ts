import { z } from 'zod';
import { FulgurError } from '../errors';
import type { DatasetDeclaration } from './dataset-declaration';
import { isDatasetDeclaration } from './dataset-declaration';
import { isBatchesDeclaration } from './batches';
import type { BatchesDeclaration } from './batches';
import { option, optionSection, seedNumber, wholeNumber } from './option';

/** More threads cost memory and start-up time, and no machine has the cores for them. */
const MOST_THREADS = 1024;
const MOST_WORKERS = 256;
/** As RGB, this takes 3 GB. */
const MOST_IMAGE_PIXELS = 2 ** 30;
/** Larger views do not fit into the memory of the view kernels. */
const MOST_VIEW_SIZE = 8192;
const MOST_DEVICES = 1024;
const DAY = 86_400;

const count = (unit: string): z.ZodNumber =>
  z.int(`must be a whole number of ${unit}`).nonnegative('must not be negative');

const aboveZero = (): z.ZodNumber => z.number().positive('must be above 0');

const orNone = <T extends z.ZodType>(values: T): z.ZodDefault<z.ZodNullable<T>> =>
  values.nullable().default(null);

const flag = (initial: boolean): z.ZodDefault<z.ZodBoolean> => z.boolean().default(initial);

const atMost = (schema: z.ZodNumber, most: number, words = String(most)): z.ZodNumber =>
  schema.max(most, `must be at most ${words}`);

/** A whole number of batches, or a fraction of all batches; `null` for all. */
const batches = (numbers = aboveZero()) =>
  orNone(
    numbers.refine(
      (limit) => limit < 1 || Number.isInteger(limit),
      'must be a whole number, or a fraction below 1',
    ),
  );

const LIMIT = 'a number (1 is one), or a fraction below 1';

/** Options of the trainer; names and defaults follow Lightning's `Trainer` if it has them. */
export const trainerSchema = optionSection({
  maxEpochs: option(
    orNone(wholeNumber('epochs')),
    'free',
    'total epochs; 1000 if maxSteps is not given either',
  ),
  maxSteps: option(orNone(wholeNumber('updates')), 'free', 'total optimiser updates'),
  minEpochs: option(count('epochs').default(0), 'free', 'epochs before which no plugin ends training'),
  minSteps: option(count('updates').default(0), 'free', 'updates before which no plugin ends training'),
  gradientClipVal: option(orNone(aboveZero()), 'numbers', 'largest norm or value of the gradients'),
  gradientClipAlgorithm: option(
    z.enum(['norm', 'value']).default('norm'),
    'numbers',
    'scale all gradients together, or cut each number',
  ),
  accumulateGradBatches: option(
    z
      .union([
        wholeNumber('batches'),
        z.record(z.coerce.number().pipe(z.int().nonnegative()), wholeNumber('batches')),
      ])
      .default(1),
    'position',
    'number of batches whose mean gradient makes one update; in files also by starting epoch: {0: 1, 5: 4}',
  ),
  limitTrainBatches: option(batches(), 'position', `batches of each epoch: ${LIMIT}`),
  limitValBatches: option(
    batches(z.number().nonnegative('must not be negative')),
    'free',
    `batches of each validation: ${LIMIT}`,
  ),
  limitTestBatches: option(batches(), 'free', `batches of a test: ${LIMIT}`),
  limitPredictBatches: option(batches(), 'free', `batches of a prediction: ${LIMIT}`),
  overfitBatches: option(
    batches(),
    'position',
    `train on the same batches in each epoch, without shuffling: ${LIMIT}`,
  ),
  checkValEveryNEpoch: option(
    wholeNumber('epochs').default(1),
    'free',
    'number of epochs from one validation to the next',
  ),
  valCheckInterval: option(
    batches(),
    'free',
    `training batches between two validations: ${LIMIT}; default: at the epoch's end`,
  ),
  numSanityValSteps: option(count('batches').default(2), 'free', 'validation batches to try before training'),
  fastDevRun: option(
    z.union([z.boolean(), wholeNumber('batches')]).default(false),
    'own',
    'run this many batches (true: one) without loggers or checkpoints',
  ),
  logEveryNSteps: option(
    wholeNumber('updates').default(50),
    'free',
    'updates between two rows of step metrics',
  ),
  enableProgressBar: option(flag(true), 'free', 'show progress'),
  enableCheckpointing: option(flag(true), 'free', 'let the checkpointing plugin write'),
  accelerator: option(z.enum(['auto', 'cpu', 'gpu']).default('auto'), 'rounding', 'where tensors live'),
  devices: option(
    z
      .union([
        z.literal('auto'),
        atMost(z.int('must be a whole number of devices, or auto').positive('must be above 0'), MOST_DEVICES),
      ])
      .default(1),
    // The actual number of ranks is compared instead.
    'free',
    'devices of this host, one rank each; auto uses every GPU; also --devices',
    { alias: 'devices' },
  ),
  threads: option(
    orNone(atMost(wholeNumber('threads'), MOST_THREADS)),
    'rounding',
    'threads per operation; default: one per core',
  ),
  precision: option(
    z.enum(['32-true', 'bf16-mixed']).default('32-true'),
    'numbers',
    'number format of convolutions and matrix products',
  ),
  barebones: option(flag(false), 'own', 'train without plugins and measure the overhead of the framework'),
  compile: option(flag(true), 'rounding', 'compile the step; false runs it operation by operation'),
  detectAnomaly: option(
    flag(false),
    'rounding',
    'run operation by operation and report the first one that produces a NaN',
  ),
  defaultRootDir: option(
    z.string().min(1, 'must not be empty').default('runs'),
    'own',
    'the folder that contains all runs',
    { isPath: true },
  ),
});

/** The trainer's options, complete. */
export interface TrainerOptions extends Readonly<z.output<typeof trainerSchema>> {}

/** A number, or numbers by the epoch from which they apply; 1 before the first of them. */
export type AccumulationSchedule = TrainerOptions['accumulateGradBatches'];

/** Names as in Lightning. */
export type Precision = TrainerOptions['precision'];

const DEFAULT_EPOCHS = 1000;

/** Trainer options as given; omitted ones have defaults. */
export interface TrainerInput extends Readonly<z.input<typeof trainerSchema>> {}

/**
 * Fills in the defaults of omitted trainer options; a run without a given end has Lightning's 1000 epochs.
 *
 * @throws FulgurError `config` if an option has an invalid value.
 */
export function completeTrainerOptions(given: TrainerInput): TrainerOptions {
  const parsed = trainerSchema.safeParse(given);
  if (!parsed.success) throw unfitOptions(parsed.error);
  const options = parsed.data;
  const isEndless = options.maxEpochs === null && options.maxSteps === null;
  return isEndless ? { ...options, maxEpochs: DEFAULT_EPOCHS } : options;
}

function unfitOptions({ issues }: z.ZodError): FulgurError {
  const list = issues.map(({ path, message }) => `${['trainer', ...path].join('.')}: ${message}.`);
  return new FulgurError('config', {
    what: 'The options of the trainer are invalid:',
    list,
    fix: 'Correct the options given to `new Trainer`.',
  });
}

/** Fulgur's own data sets, with what `data.path` names for each; `null` if it needs no path. */
export const datasetPaths = {
  cifar10: null,
  cifar100: null,
  digits: null,
  folder: 'the folder of images',
  list: 'the list of images (a .csv or .jsonl file)',
  packed: 'the .npz or .npy file',
  shards: 'the shards (shards/train-{0000..0009}.tar, one .tar file or their folder)',
} as const satisfies Readonly<Record<string, string | null>>;

/** One of Fulgur's own data sets. */
export type DatasetName = keyof typeof datasetPaths;

/** The names of Fulgur's own data sets. */
export const datasetNames = Object.keys(datasetPaths) as readonly DatasetName[] as readonly [
  DatasetName,
  ...DatasetName[],
];

const transform = z
  .custom<object>((value) => typeof value === 'object')
  .nullable()
  .default(null);

const GRAY_RANGE = 'must be two numbers, the smaller first, such as 0,4095';

/** The data of a run. */
export const dataSchema = optionSection({
  name: option(orNone(z.enum(datasetNames)), 'source', 'the data set'),
  dataset: option(
    z.custom<DatasetDeclaration>(isDatasetDeclaration).nullable().default(null),
    'source',
    'the data set as a value: the result of a function made by `defineDataset`; `name` replaces it',
    { onlyInCode: true },
  ),
  path: option(orNone(z.string()), 'source', 'path of the data', { isPath: true }),
  url: option(orNone(z.url('must be an address')), 'source', 'alternative address to download from'),
  fallback: option(orNone(z.enum(datasetNames)), 'source', 'data set to use if the named one is unavailable'),
  testFraction: option(
    orNone(z.number().gt(0, 'must be above 0').lt(1, 'must be below 1')),
    'source',
    'share of the samples to hold out for testing if the data set has no test split',
  ),
  batchSize: option(wholeNumber('samples').default(256), 'position', 'samples per batch on each rank'),
  workers: option(
    z
      .union([
        z.literal('auto'),
        atMost(z.int('must be a whole number of threads, or auto').nonnegative(), MOST_WORKERS),
      ])
      .default('auto'),
    'free',
    'threads that prepare batches; 0 prepares them in the main thread',
  ),
  shuffle: option(flag(true), 'position', 'draw the samples in a new order each epoch'),
  dropLast: option(flag(true), 'position', 'leave out a last batch that is not full'),
  onBrokenImage: option(
    z.enum(['error', 'skip']).default('error'),
    'free',
    'what to do when an image cannot be read',
  ),
  maxImagePixels: option(
    atMost(wholeNumber('pixels'), MOST_IMAGE_PIXELS).default(178_956_970),
    'free',
    'images with more pixels count as unreadable',
  ),
  grayRange: option(
    orNone(
      z
        .union([
          z.tuple([z.number(), z.number()], GRAY_RANGE),
          z
            .string()
            .transform((text) => text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part))))
            .pipe(z.tuple([z.number(GRAY_RANGE), z.number(GRAY_RANGE)], GRAY_RANGE)),
        ])
        .refine(([black, white]) => black < white, GRAY_RANGE),
    ),
    'numbers',
    'values of 16-bit gray images that become black and white, such as 0,4095; default: 0,65535',
  ),
  download: option(flag(true), 'free', 'download data that is not on disk'),
  batches: option(
    z.custom<BatchesDeclaration<unknown>>(isBatchesDeclaration).nullable().default(null),
    'numbers',
    'your own batches instead of images: the result of a function made by `defineBatches`',
    { onlyInCode: true },
  ),
  transform: option(transform, 'numbers', "makes a sample's views, as `views.fastSiam()` returns it", {
    onlyInCode: true,
  }),
  viewSize: option(
    orNone(atMost(wholeNumber('pixels'), MOST_VIEW_SIZE)),
    'numbers',
    'height and width of the views in pixels, instead of those of the transform',
  ),
  evaluationTransform: option(
    transform,
    'free',
    'transform for validation, test and prediction; default: that of training',
    { onlyInCode: true },
  ),
});

/** The data of a run, complete. */
export interface DataOptions extends Readonly<z.output<typeof dataSchema>> {}

/** Options for a run of several ranks: how its processes find and watch each other. */
export const clusterSchema = optionSection({
  heartbeatSeconds: option(
    atMost(z.number().min(0.5, 'must be 0.5 or more'), DAY, `${DAY}, a day`).default(10),
    'free',
    'seconds of silence after which a rank counts as lost',
  ),
  joinSeconds: option(
    atMost(aboveZero(), 100 * DAY, `${100 * DAY}, a hundred days`).default(300),
    'free',
    'seconds to wait for all ranks at the start',
  ),
  maxRestarts: option(
    count('restarts').default(0),
    'free',
    'number of times to restart all ranks of this host from the last checkpoint when one has died; also --max-restarts',
    { alias: 'max-restarts' },
  ),
  isolate: option(flag(false), 'free', 'run the ranks of this host in their own network; also --isolate', {
    alias: 'isolate',
  }),
});

/** The cluster options, complete. */
export interface ClusterOptions extends Readonly<z.output<typeof clusterSchema>> {}

/** Options of a run as a whole. */
export const runSchema = optionSection({
  seed: option(seedNumber().default(0), 'position', 'seed of all random draws'),
  initialWeights: option(
    orNone(z.string().min(1, 'must not be empty')),
    'numbers',
    "weights to start from: a safetensors file with Fulgur's, torchvision's or timm's names, or a checkpoint of any run; with --untrained also for an evaluation",
    { isPath: true },
  ),
  initialWeightsStrict: option(
    flag(true),
    'own',
    'whether these weights must match the model exactly; false loads those that match and reports the rest',
  ),
  resume: option(
    orNone(z.string()),
    'own',
    'resume from a checkpoint: last, best or a folder; auto: from the last if it exists',
    { isPath: true },
  ),
  allowChanges: option(flag(false), 'own', 'resume even if options that affect the numbers have changed'),
  checkpoint: option(
    orNone(z.string()),
    'own',
    'checkpoint to evaluate: last, best or a folder; default: last',
    {
      isPath: true,
    },
  ),
  split: option(
    orNone(z.enum(['train', 'test', 'all'])),
    'own',
    'samples that validate, test, predict, embed and map cover; default: test (map: train if there is no test), but all for embed',
  ),
  weights: option(
    orNone(z.enum(['raw', 'averaged'])),
    'own',
    'which weights of a checkpoint to evaluate; default: averaged if it has them',
  ),
  untrained: option(
    flag(false),
    'own',
    'evaluate the initial weights of a fit, random by the seed, instead of a checkpoint',
  ),
});
