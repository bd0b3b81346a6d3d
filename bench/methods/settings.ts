import { views } from '../../src';
import type { TrainingModule, ViewBatch, ViewTransform } from '../../src';
import { FulgurError } from '../../src/errors';
import type { Case, CaseData, CasePrecision } from './case';
import { NarrowFastSiam, NarrowSimSiam } from './narrow-experiments';
import { sgdWords } from './narrow';
import type { SgdSettings } from './narrow';

/** How a method is trained here. */
export interface MethodSettings {
  readonly build: new () => TrainingModule<ViewBatch>;
  readonly views: Readonly<Record<CaseData, () => ViewTransform>>;
  /** In words. */
  readonly optimizer: string;
  /** Other numbers of the method, in words. */
  readonly numbers?: string;
  /** Epochs, where a method is to be trained for longer than others. */
  readonly epochs?: Partial<Readonly<Record<CaseData, number>>>;
}

/** Images of an update. */
export const batchSize = 128;

/** Passes over the 8,000 digits and the 5,556 pictograms. */
export const epochsOf: Readonly<Record<CaseData, number>> = { digits: 3, pictograms: 10 };

// A mirrored digit is another digit, and a small crop of one is no digit at all.
const onDigits = { inputSize: 32, hfProb: 0, minScale: 0.5 } as const;
// Much of what a pictogram is lies in its colours.
const onPictograms = { inputSize: 32, cjStrength: 0.5, randomGrayScale: 0.1, gaussianBlur: 0 } as const;

const sgd = (settings: SgdSettings): string => sgdWords(settings);

/** By the method's name. */
export const methods: Readonly<Record<string, MethodSettings>> = {
  fastsiam: {
    build: NarrowFastSiam,
    views: { digits: () => views.fastSiam(onDigits), pictograms: () => views.fastSiam(onPictograms) },
    optimizer: sgd(NarrowFastSiam.sgd),
  },
  simsiam: {
    build: NarrowSimSiam,
    views: { digits: () => views.simsiam(onDigits), pictograms: () => views.simsiam(onPictograms) },
    optimizer: sgd(NarrowSimSiam.sgd),
  },
};

/** @throws FulgurError `config` for a method that is not there. */
export function settingsOf(method: string): MethodSettings {
  const settings = methods[method];
  if (settings !== undefined) return settings;
  throw new FulgurError('config', {
    what: `There is no method '${method}'.`,
    fix: `Give ${Object.keys(methods).join(', ')}.`,
  });
}

/** The case of a method with the settings that it has here. */
export function caseOf(
  method: string,
  data: CaseData,
  { seed, precision = '32-true', epochs }: { seed: number; precision?: CasePrecision; epochs?: number },
): Case {
  const settings = settingsOf(method);
  return {
    ...{ data, method, seed, precision, batchSize },
    epochs: epochs ?? settings.epochs?.[data] ?? epochsOf[data],
    optimizer: settings.optimizer,
    views: JSON.stringify(settings.views[data]().spec.options),
    numbers: settings.numbers ?? '',
  };
}
