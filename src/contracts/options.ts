import { z } from 'zod';
import { FulgurError } from '../errors';
import type { DatasetDeclaration } from './dataset-declaration';
import { isDatasetDeclaration } from './dataset-declaration';
import { isBatchesDeclaration } from './batches';
import type { BatchesDeclaration } from './batches';
import { option, optionSection, seedNumber, wholeNumber } from './option';

/** More of them cost memory and start-up time, and no machine has the cores for them. */
const MOST_THREADS = 1024;
const MOST_WORKERS = 256;
/** As RGB they take 3 GB. */
const MOST_IMAGE_PIXELS = 2 ** 30;
/** Larger views do not fit into the memory of a kernel of `views`. */
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

/** A whole number of batches, or a fraction of those that there are; `null` for all. */
const batches = (numbers = aboveZero()) =>
  orNone(
    numbers.refine(
      (limit) => limit < 1 || Number.isInteger(limit),
      'must be a whole number, or a fraction below 1',
    ),
  );

const LIMIT = 'a number (1 is one), or a fraction below 1';

/** How training goes; names and defaults follow Lightning's `Trainer` where it has them. */
export const trainerSchema = optionSection({
  maxEpochs: option(orNone(wholeNumber('epochs')), 'free', 'total epochs (1000 where maxSteps is not given)'),
  maxSteps: option(orNone(wholeNumber('updates')), 'free', 'total optimiser updates'),
  minEpochs: option(count('epochs').default(0), 'free', 'epochs before which no plugin ends training'),
  minSteps: option(count('updates').default(0), 'free', 'updates before which no plugin ends training'),
  gradientClipVal: option(orNone(aboveZero()), 'numbers', 'largest norm, or value, of the gradients'),
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
    'batches whose mean gradient makes one update; in files also by the epoch from which on: {0: 1, 5: 4}',
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
    'epochs between two that are validated',
  ),
  valCheckInterval: option(
    batches(),
    'free',
    `batches of training between two validations: ${LIMIT} (the epoch's end)`,
  ),
  numSanityValSteps: option(
    count('batches').default(2),
    'free',
    'batches of validation to try out before training',
  ),
  fastDevRun: option(
    z.union([z.boolean(), wholeNumber('batches')]).default(false),
    'own',
    'run this many batches (true: one) without loggers and checkpoints',
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
    // The number of ranks is compared by those that there are.
    'free',
    'devices of this host, each a rank; auto takes every GPU; also --devices',
    { alias: 'devices' },
  ),
  threads: option(
    orNone(atMost(wholeNumber('threads'), MOST_THREADS)),
    'rounding',
    'threads of one operation (one per core)',
  ),
  precision: option(
    z.enum(['32-true', 'bf16-mixed']).default('32-true'),
    'numbers',
    'numbers of convolutions and products',
  ),
  barebones: option(flag(false), 'own', 'train without plugins, and tell what the framework costs'),
  compile: option(flag(true), 'rounding', 'compile the step; false runs it operation by operation'),
  detectAnomaly: option(
    flag(false),
    'rounding',
    'run operation by operation and name the first one that makes a NaN',
  ),
  defaultRootDir: option(
    z.string().min(1, 'must not be empty').default('runs'),
    'own',
    'the folder of all runs',
    { isPath: true },
  ),
});

/** The trainer's options, complete. */
export interface TrainerOptions extends Readonly<z.output<typeof trainerSchema>> {}

/** A number, or numbers by the epoch from which they hold; before the first of them it is 1. */
export type AccumulationSchedule = TrainerOptions['accumulateGradBatches'];

/** Names as in Lightning. */
export type Precision = TrainerOptions['precision'];

const DEFAULT_EPOCHS = 1000;

/** Trainer options as they are given: what is left out has its default. */
export interface TrainerInput extends Readonly<z.input<typeof trainerSchema>> {}

/**
 * Trainer options with defaults for what is left out; a run without any end has Lightning's 1000 epochs.
 *
 * @throws FulgurError `config` where one has a value that it cannot have.
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
    what: 'The trainer cannot work with its options:',
    list,
    fix: 'Correct them in what `new Trainer` is given.',
  });
}

/** The data sets that Fulgur knows, and what `data.path` names of each; `null` for those that do without. */
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

/** Their names. */
export const datasetNames = Object.keys(datasetPaths) as readonly DatasetName[] as readonly [
  DatasetName,
  ...DatasetName[],
];

const transform = z
  .custom<object>((value) => typeof value === 'object')
  .nullable()
  .default(null);

const GRAY_RANGE = 'must be two numbers, the smaller first, as 0,4095';

/** The data of a run. */
export const dataSchema = optionSection({
  name: option(orNone(z.enum(datasetNames)), 'source', 'the data set'),
  dataset: option(
    z.custom<DatasetDeclaration>(isDatasetDeclaration).nullable().default(null),
    'source',
    'the same as a value: what a function of `defineDataset` returns; `name` takes its place',
    { onlyInCode: true },
  ),
  path: option(orNone(z.string()), 'source', 'where the data lie', { isPath: true }),
  url: option(orNone(z.url('must be an address')), 'source', 'another address to download from'),
  fallback: option(
    orNone(z.enum(datasetNames)),
    'source',
    'data set to use where the named one cannot be had',
  ),
  testFraction: option(
    orNone(z.number().gt(0, 'must be above 0').lt(1, 'must be below 1')),
    'source',
    'share of the samples to hold out for testing, of a data set that has no test split',
  ),
  batchSize: option(wholeNumber('samples').default(256), 'position', 'samples in a batch'),
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
    'what an unreadable image does to the run',
  ),
  maxImagePixels: option(
    atMost(wholeNumber('pixels'), MOST_IMAGE_PIXELS).default(178_956_970),
    'free',
    'an image of more pixels counts as unreadable',
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
    'values of 16-bit gray images that become black and white, as 0,4095 (0,65535)',
  ),
  download: option(flag(true), 'free', 'download data that are not on disk'),
  batches: option(
    z.custom<BatchesDeclaration<unknown>>(isBatchesDeclaration).nullable().default(null),
    'numbers',
    "batches of one's own in the place of images: what a function of `defineBatches` returns",
    { onlyInCode: true },
  ),
  transform: option(transform, 'numbers', "makes a sample's views: what `views.fastSiam()` returns", {
    onlyInCode: true,
  }),
  viewSize: option(
    orNone(atMost(wholeNumber('pixels'), MOST_VIEW_SIZE)),
    'numbers',
    'height and width of the views, in pixels, in place of those that the transform has',
  ),
  evaluationTransform: option(
    transform,
    'free',
    'the same for validation, test and prediction; that of training where there is none',
    { onlyInCode: true },
  ),
});

/** The data of a run, complete. */
export interface DataOptions extends Readonly<z.output<typeof dataSchema>> {}

/** How the processes of a run of several ranks keep together. */
export const clusterSchema = optionSection({
  heartbeatSeconds: option(
    atMost(z.number().min(0.5, 'must be 0.5 or more'), DAY, `${DAY}, a day`).default(10),
    'free',
    'silence after which a rank counts as gone',
  ),
  joinSeconds: option(
    atMost(aboveZero(), 100 * DAY, `${100 * DAY}, a hundred days`).default(300),
    'free',
    'wait for all ranks at the start',
  ),
  maxRestarts: option(
    count('restarts').default(0),
    'free',
    'start all ranks of this host again, from the last checkpoint, when one has died; also --max-restarts',
    { alias: 'max-restarts' },
  ),
  isolate: option(
    flag(false),
    'free',
    'run the ranks of this host in a network of their own; also --isolate',
    { alias: 'isolate' },
  ),
});

/** The same, complete. */
export interface ClusterOptions extends Readonly<z.output<typeof clusterSchema>> {}

/** A run as a whole. */
export const runSchema = optionSection({
  seed: option(seedNumber().default(0), 'position', 'seed of every draw'),
  initialWeights: option(
    orNone(z.string().min(1, 'must not be empty')),
    'numbers',
    "weights to begin with: a safetensors file of Fulgur's, torchvision's or timm's names, or a checkpoint of any run; with --untrained also for an evaluation",
    { isPath: true },
  ),
  initialWeightsStrict: option(
    flag(true),
    'own',
    'whether these weights must fit all of what they are for; false loads those that fit, and says what else there is',
  ),
  resume: option(
    orNone(z.string()),
    'own',
    'go on from a checkpoint: last, best or a folder; auto: from the last, or begin where there is none',
    { isPath: true },
  ),
  allowChanges: option(
    flag(false),
    'own',
    'go on although options that the numbers depend on are others than the checkpoint has',
  ),
  checkpoint: option(
    orNone(z.string()),
    'own',
    'evaluate this checkpoint: last (where nothing is said), best or a folder',
    { isPath: true },
  ),
  split: option(
    orNone(z.enum(['train', 'test', 'all'])),
    'own',
    'samples that validate, test, predict and embed cover (test; embed: all)',
  ),
  weights: option(
    orNone(z.enum(['raw', 'averaged'])),
    'own',
    'weights of a checkpoint to evaluate (averaged where it has them)',
  ),
  untrained: option(
    flag(false),
    'own',
    "evaluate what a fit begins with, the seed's random weights, instead of a checkpoint",
  ),
});
