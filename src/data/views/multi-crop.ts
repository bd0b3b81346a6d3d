/** Transforms of methods with a few large views and several small ones. */
import type { AugmentationOptions } from './augmentation-options';
import {
  aspects,
  augmentationDefaults,
  augmentationRules,
  augmentedView,
  ignoredByLightly,
  resolveAugmentation,
} from './augmentation-options';
import { namedList } from './named-list';
import type { OptionRule, OptionRules } from './option-rules';
import { isRange, optionError, probability, viewSide } from './option-rules';
import type { ViewList } from './view-list';
import { viewCount } from './view-list';

/** Options of `views.swav`: names and defaults are those of lightly's `SwaVTransform`, in camelCase. */
export interface SwavOptions extends AugmentationOptions {
  /** Size of each kind of view, in pixels (default 224 and 96). */
  readonly cropSizes?: readonly number[];
  /** The number of views of each kind (default 2 and 6). */
  readonly cropCounts?: readonly number[];
  /** Smallest area of each kind's crops, as a share of the image's (default 0.14 and 0.05). */
  readonly cropMinScales?: readonly number[];
  /** Largest area (default 1 and 0.14). */
  readonly cropMaxScales?: readonly number[];
  /** Probability of blur (default 0.5). */
  readonly gaussianBlur?: number;
}

const swavDefaults: Required<SwavOptions> = {
  ...augmentationDefaults,
  cropSizes: [224, 96],
  cropCounts: [2, 6],
  cropMinScales: [0.14, 0.05],
  cropMaxScales: [1, 0.14],
  cjBright: 0.8,
  cjContrast: 0.8,
  cjSat: 0.8,
  cjHue: 0.2,
  gaussianBlur: 0.5,
};

const swavRules: OptionRules<SwavOptions> = {
  cropSizes: listOf(viewSide),
  cropCounts: listOf(viewCount),
  cropMinScales: listOf(probability),
  cropMaxScales: listOf(probability),
  ...augmentationRules,
  gaussianBlur: probability,
};

/**
 * Makes SwaV's views (Caron et al., 2020), like lightly's `SwaVTransform`: two large ones and six small ones.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function swav(options: SwavOptions = {}): ViewList {
  const settings = resolveAugmentation('views.swav', options, swavDefaults, swavRules);
  const { cropSizes, cropCounts, cropMinScales, cropMaxScales, gaussianBlur } = settings;
  requireKinds(settings);
  const list = cropSizes.flatMap((side, kind) => {
    const scale = [cropMinScales[kind] ?? 0, cropMaxScales[kind] ?? 1] as const;
    const crop = { scale, ratio: aspects, interpolation: 'bilinear' } as const;
    const one = augmentedView(settings, { size: [side, side], crop, blur: gaussianBlur });
    return Array.from({ length: cropCounts[kind] ?? 0 }, () => one);
  });
  return namedList({ module: __filename, export: swav.name }, settings, list);
}

/** Options of `views.dino`: names and defaults are those of lightly's `DINOTransform`, in camelCase. */
export interface DinoOptions extends AugmentationOptions {
  /** Size of the two global views, in pixels (default 224). */
  readonly globalCropSize?: number;
  /** Smallest and largest area of their crops, as shares of the image's (default 0.4 and 1). */
  readonly globalCropScale?: readonly [number, number];
  /** Size of the local views (default 96). */
  readonly localCropSize?: number;
  /** Smallest and largest area of their crops (default 0.05 and 0.4). */
  readonly localCropScale?: readonly [number, number];
  /** The number of local views (default 6). */
  readonly nLocalViews?: number;
  /** Probabilities of blur: of the first global view, of the second, and of local ones (default 1, 0.1 and 0.5). */
  readonly gaussianBlur?: readonly [number, number, number];
  /** Like `kernelSize`, only `null` is accepted. */
  readonly kernelScale?: null;
  /** Probability of solarisation of the second global view (default 0.2). */
  readonly solarizationProb?: number;
}

const dinoDefaults: Required<DinoOptions> = {
  ...augmentationDefaults,
  globalCropSize: 224,
  globalCropScale: [0.4, 1],
  localCropSize: 96,
  localCropScale: [0.05, 0.4],
  nLocalViews: 6,
  cjStrength: 0.5,
  cjBright: 0.8,
  cjContrast: 0.8,
  cjSat: 0.4,
  cjHue: 0.2,
  gaussianBlur: [1, 0.1, 0.5],
  kernelScale: null,
  solarizationProb: 0.2,
};

const shares: OptionRule = {
  expects: 'two numbers from 0 to 1, the smaller first',
  accepts: (value) => isRange(value) && (value as number[]).every(probability.accepts),
};

const dinoRules: OptionRules<DinoOptions> = {
  globalCropSize: viewSide,
  globalCropScale: shares,
  localCropSize: viewSide,
  localCropScale: shares,
  nLocalViews: {
    expects: 'a whole number from 0 to 1022',
    accepts: (value) => value === 0 || (viewCount.accepts(value) && (value as number) <= 1022),
  },
  ...augmentationRules,
  gaussianBlur: {
    expects: 'three numbers from 0 to 1',
    accepts: (value) => Array.isArray(value) && value.length === 3 && value.every(probability.accepts),
  },
  kernelScale: ignoredByLightly,
  solarizationProb: probability,
};

/**
 * Makes DINO's views (Caron et al., 2021), like lightly's `DINOTransform`: two global ones and six local ones, all
 * cropped with bicubic interpolation. The second global view may be solarized after the blur. `cjStrength` applies to
 * all views; in lightly, the second global view always has 0.5.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function dino(options: DinoOptions = {}): ViewList {
  const settings = resolveAugmentation('views.dino', options, dinoDefaults, dinoRules);
  const { globalCropSize, localCropSize, globalCropScale, localCropScale, solarizationProb } = settings;
  const [firstBlur, secondBlur, localBlur] = settings.gaussianBlur;
  const cut = (side: number, scale: readonly [number, number]) => ({
    size: [side, side] as const,
    crop: { scale, ratio: aspects, interpolation: 'bicubic' } as const,
  });
  const large = cut(globalCropSize, globalCropScale);
  const first = augmentedView(settings, { ...large, blur: firstBlur });
  const second = augmentedView(settings, { ...large, blur: secondBlur, solarize: solarizationProb });
  const small = augmentedView(settings, { ...cut(localCropSize, localCropScale), blur: localBlur });
  const list = [first, second, ...Array.from({ length: settings.nLocalViews }, () => small)];
  return namedList({ module: __filename, export: dino.name }, settings, list);
}

function listOf(rule: OptionRule): OptionRule {
  return {
    expects: `a list with ${rule.expects} for each kind of view`,
    accepts: (value) => Array.isArray(value) && value.length > 0 && value.every(rule.accepts),
  };
}

/** Checks that the four lists describe the same kinds of views. */
function requireKinds(settings: Required<SwavOptions>): void {
  const { cropSizes, cropCounts, cropMinScales, cropMaxScales } = settings;
  const lists = { cropSizes, cropCounts, cropMinScales, cropMaxScales };
  if (new Set(Object.values(lists).map(({ length }) => length)).size > 1) {
    const lengths = Object.entries(lists).map(([name, { length }]) => `${name} has ${length}`);
    throw optionError('views.swav', lengths, ['All four must have one entry for each kind of view']);
  }
  const turned = cropSizes.findIndex((_, kind) => (cropMinScales[kind] ?? 0) > (cropMaxScales[kind] ?? 0));
  if (turned >= 0) {
    const [least, most] = [cropMinScales[turned], cropMaxScales[turned]];
    throw optionError(
      'views.swav',
      [`cropMinScales has ${least} where cropMaxScales has ${most}`],
      ['The smallest area must not be above the largest'],
    );
  }
  const count = cropCounts.reduce((sum, one) => sum + one, 0);
  if (!viewCount.accepts(count)) {
    throw optionError(
      'views.swav',
      [`cropCounts make ${count} views`],
      [`Together they must be ${viewCount.expects}`],
    );
  }
}
