import { optim, views } from '../../src';
import type { Optimizer, SimsiamOptions, TrainingModule, ViewBatch, ViewTransform, nn } from '../../src';
import { FulgurError } from '../../src/errors';
import { BarlowTwins } from '../../experiments/barlow-twins';
import { BYOL } from '../../experiments/byol';
import { DCL } from '../../experiments/dcl';
import { DINO } from '../../experiments/dino';
import { MAE } from '../../experiments/mae';
import { MoCo } from '../../experiments/moco';
import { NNCLR } from '../../experiments/nnclr';
import { SimCLR } from '../../experiments/simclr';
import { SimSiam } from '../../experiments/simsiam';
import { SwaV } from '../../experiments/swav';
import { TICO } from '../../experiments/tico';
import { VICReg } from '../../experiments/vicreg';
import type { Case, CaseData, CasePrecision } from './case';
import { NarrowFastSiam } from './narrow-fastsiam';

/** An optimiser, and its name in the document. */
interface OptimizerSettings {
  readonly words: string;
  /** `null` for the experiment's own. */
  readonly build: ((model: nn.Module) => Optimizer) | null;
}

/** The settings with which a method is trained here. */
export interface MethodSettings {
  /** The shipped experiment. */
  readonly build: new () => TrainingModule<ViewBatch>;
  readonly views: Readonly<Record<CaseData, () => ViewTransform>>;
  readonly optimizer: OptimizerSettings;
  /** Hyperparameters that differ from the experiment's defaults. */
  readonly options: Readonly<Record<string, string>>;
  /** A remark for the reader of the table. */
  readonly note?: string;
  /** Number of epochs, if a method is trained for longer than others. */
  readonly epochs?: Partial<Readonly<Record<CaseData, number>>>;
}

/** Number of images per update. */
export const batchSize = 128;

/** Passes over the 8,000 digits and the 5,556 pictograms. */
export const epochsOf: Readonly<Record<CaseData, number>> = { digits: 2, pictograms: 10 };

/** Number of epochs that schedules span, as in lightly's examples; training ends earlier. */
export const scheduledEpochs: Readonly<Record<CaseData, number>> = { digits: 10, pictograms: 20 };

// A mirrored digit may look like a different digit, and a small crop of a digit is not a digit at all.
const onDigits = { inputSize: 32, hfProb: 0, minScale: 0.5 } as const;
// Colours carry much of the meaning of a pictogram.
const paleColours = { cjStrength: 0.5, randomGrayScale: 0.1 } as const;
const onPictograms = { inputSize: 32, ...paleColours, gaussianBlur: 0 } as const;

/** As in lightly's benchmark on CIFAR-10, with a batch size of 128. */
const sgd = (learningRate = 0.06, momentum = 0.9, weightDecay = 5e-4): OptimizerSettings => ({
  words: `SGD ${learningRate}, momentum ${momentum}, decay ${weightDecay}`,
  build: (model) => optim.sgd(model.parameters(), { learningRate, momentum, weightDecay }),
});

const adamw = (learningRate = 1e-3, weightDecay = 1e-4): OptimizerSettings => ({
  words: `AdamW ${learningRate}, decay ${weightDecay}`,
  build: (model) => optim.adamw(model.parameters(), { learningRate, weightDecay }),
});

const ownOptimizer = (words: string): OptimizerSettings => ({ words, build: null });

/** Two large views and four small ones. */
const smallCrops = { cropSizes: [32, 16], cropCounts: [2, 4] } as const;

/** A twentieth of a picture of 32 × 32, the methods' own least small crop, is 7 × 7 pixels. */
const largerCrops = { cropMinScales: [0.5, 0.2], cropMaxScales: [1, 0.5] } as const;
const largerViews = { globalCropScale: [0.5, 1], localCropScale: [0.2, 0.5] } as const;

const smallViews = { globalCropSize: 32, localCropSize: 16, nLocalViews: 4 } as const;

/** Options of every ResNet here. */
export const narrow = { stem: 'cifar', width: '16' } as const;
/** In a hundred updates, a teacher with momentum 0.996 hardly changes. */
const followed = { momentum: '0.99' } as const;

type SquareViews = (options: Readonly<Partial<SimsiamOptions>>) => ViewTransform;

const on = (transform: SquareViews): MethodSettings['views'] => ({
  digits: () => transform(onDigits),
  pictograms: () => transform(onPictograms),
});

/** Settings by method name. */
export const methods: Readonly<Record<string, MethodSettings>> = {
  fastsiam: {
    build: NarrowFastSiam,
    views: on(views.fastSiam),
    optimizer: sgd(),
    options: {},
    epochs: { pictograms: 20 },
  },
  simsiam: {
    build: SimSiam,
    views: on(views.simsiam),
    optimizer: sgd(),
    options: narrow,
    // With half as many views, it takes as long as FastSiam.
    epochs: { digits: 2 * epochsOf.digits },
  },
  simclr: {
    build: SimCLR,
    views: on(views.simclr),
    optimizer: sgd(),
    options: { ...narrow, hiddenFeatures: '512', outFeatures: '128', temperature: '0.2' },
  },
  dcl: {
    build: DCL,
    views: on(views.simclr),
    optimizer: sgd(),
    options: { ...narrow, hiddenFeatures: '512', outFeatures: '128', temperature: '0.2' },
  },
  byol: {
    build: BYOL,
    views: on(views.byol),
    optimizer: sgd(),
    options: { ...narrow, momentum: '0.9' },
  },
  moco: {
    build: MoCo,
    views: on(views.mocoV2),
    optimizer: sgd(),
    options: { ...narrow, ...followed, temperature: '0.2', queueSize: '2048' },
  },
  'barlow-twins': {
    build: BarlowTwins,
    views: on(views.byol),
    optimizer: adamw(),
    options: { ...narrow, hiddenFeatures: '1024', outFeatures: '512' },
  },
  vicreg: {
    build: VICReg,
    views: on(views.vicreg),
    optimizer: adamw(),
    options: { ...narrow, hiddenFeatures: '1024', outFeatures: '512' },
  },
  tico: {
    build: TICO,
    views: on(views.byol),
    optimizer: sgd(),
    options: { ...narrow, ...followed },
    epochs: { pictograms: 20 },
  },
  nnclr: {
    build: NNCLR,
    views: on(views.simclr),
    optimizer: sgd(),
    options: { ...narrow, temperature: '0.2', queueSize: '2048' },
  },
  swav: {
    build: SwaV,
    views: {
      digits: () => views.swav({ ...smallCrops, ...largerCrops, hfProb: 0 }),
      pictograms: () => views.swav({ ...smallCrops, ...largerCrops, ...paleColours, gaussianBlur: 0 }),
    },
    optimizer: adamw(),
    options: { ...narrow, nPrototypes: '128' },
    epochs: { pictograms: 20 },
  },
  dino: {
    build: DINO,
    views: {
      digits: () => views.dino({ ...smallViews, ...largerViews, hfProb: 0 }),
      pictograms: () =>
        views.dino({ ...smallViews, ...largerViews, ...paleColours, gaussianBlur: [0, 0, 0] }),
    },
    optimizer: ownOptimizer('Adam 0.001, the last layer after one epoch'),
    options: { ...narrow, ...followed, outFeatures: '512' },
    epochs: { pictograms: 20 },
  },
  mae: {
    build: MAE,
    views: {
      digits: () => views.of(views.view({ size: 32, crop: { scale: [0.5, 1], interpolation: 'bicubic' } })),
      pictograms: () => views.mae({ inputSize: 32 }),
    },
    optimizer: adamw(1e-3, 0.05),
    options: {
      ...{ width: '96', depth: '4', decoderWidth: '96', decoderHeads: '3' },
    },
    note: 'a ViT with patches of 4 × 4',
    epochs: { pictograms: 40 },
  },
};

/** @throws FulgurError `config` for an unknown method. */
export function settingsOf(method: string): MethodSettings {
  const settings = methods[method];
  if (settings !== undefined) return settings;
  throw new FulgurError('config', {
    what: `Unknown method '${method}'.`,
    fix: `Use one of: ${Object.keys(methods).join(', ')}.`,
  });
}

/** Returns the case of a method with its settings. */
export function caseOf(
  method: string,
  data: CaseData,
  { seed, precision = '32-true', epochs }: { seed: number; precision?: CasePrecision; epochs?: number },
): Case {
  const { optimizer, views, options, epochs: own } = settingsOf(method);
  return {
    ...{ data, method, seed, precision, batchSize },
    epochs: epochs ?? own?.[data] ?? epochsOf[data],
    optimizer: optimizer.words,
    views: JSON.stringify(views[data]().spec.options),
    options: Object.entries(options)
      .map((entry) => entry.join(' '))
      .join(', '),
  };
}
