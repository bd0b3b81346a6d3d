import type { NormalizeOptions } from './normalization';
import { imagenet, normalizeRule } from './normalization';
import type { OptionRule, OptionRules } from './option-rules';
import {
  OptionProblems,
  checkHue,
  hueRule,
  notNegative,
  probability,
  sigmaRange,
  viewSide,
} from './option-rules';
import type { View } from './view-options';
import { degreesRule } from './view-options';

/** The common options of lightly's transforms, with its names in camelCase. */
export interface AugmentationOptions {
  /** Probability of colour jitter. */
  readonly cjProb?: number;
  /** Multiplies `cjBright`, `cjContrast`, `cjSat` and `cjHue`. */
  readonly cjStrength?: number;
  /** Brightness is multiplied by 1 ± this. */
  readonly cjBright?: number;
  /** Contrast is multiplied by 1 ± this. */
  readonly cjContrast?: number;
  /** Saturation is multiplied by 1 ± this. */
  readonly cjSat?: number;
  /** Hue is shifted by ± this share of the colour circle; times `cjStrength` at most 0.5. */
  readonly cjHue?: number;
  /** Probability of grayscale. */
  readonly randomGrayScale?: number;
  /** lightly accepts and ignores it; here, only `null` is accepted, and `sigmas` determines the blur. */
  readonly kernelSize?: null;
  /** Smallest and largest standard deviation of the blur, in pixels. */
  readonly sigmas?: readonly [number, number];
  /** Probability of a vertical flip. */
  readonly vfProb?: number;
  /** Probability of a horizontal flip. */
  readonly hfProb?: number;
  /** Probability of a rotation. */
  readonly rrProb?: number;
  /** `null`: by 90° counter-clockwise; a number: by up to as many degrees either way; a pair: by degrees between them. */
  readonly rrDegrees?: number | readonly [number, number] | null;
  /** Mean and deviation per channel; `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
}

/** Options of square views of random crops, as most of lightly's transforms make them. */
export interface SquareViewOptions extends AugmentationOptions {
  /** Height and width of a view, in pixels. */
  readonly inputSize?: number;
  /** Smallest area of a crop, as a share of the image's. */
  readonly minScale?: number;
  /** Probability of blur. */
  readonly gaussianBlur?: number;
}

/** FastSiam's and SimSiam's defaults; other methods list their differences. */
export const augmentationDefaults: Required<AugmentationOptions> = {
  cjProb: 0.8,
  cjStrength: 1,
  cjBright: 0.4,
  cjContrast: 0.4,
  cjSat: 0.4,
  cjHue: 0.1,
  randomGrayScale: 0.2,
  kernelSize: null,
  sigmas: [0.1, 2],
  vfProb: 0,
  hfProb: 0.5,
  rrProb: 0,
  rrDegrees: null,
  normalize: imagenet,
};

/** FastSiam's and SimSiam's defaults. */
export const squareDefaults: Required<SquareViewOptions> = {
  inputSize: 224,
  ...augmentationDefaults,
  minScale: 0.2,
  gaussianBlur: 0.5,
};

/** The rule for an option that lightly accepts and ignores. */
export const ignoredByLightly: OptionRule = {
  expects: 'omitted (lightly ignores it too): set sigmas',
  accepts: (value) => value === null,
};

const colourRules = {
  cjProb: probability,
  cjStrength: notNegative,
  cjBright: notNegative,
  cjContrast: notNegative,
  cjSat: notNegative,
  cjHue: hueRule,
};
const otherRules = {
  kernelSize: ignoredByLightly,
  sigmas: sigmaRange,
  vfProb: probability,
  hfProb: probability,
  rrProb: probability,
  rrDegrees: degreesRule,
  normalize: normalizeRule,
};

export const augmentationRules: OptionRules<AugmentationOptions> = {
  ...colourRules,
  randomGrayScale: probability,
  ...otherRules,
};

export const squareRules: OptionRules<SquareViewOptions> = {
  inputSize: viewSide,
  ...colourRules,
  minScale: probability,
  randomGrayScale: probability,
  gaussianBlur: probability,
  ...otherRules,
};

/**
 * Completes options with a method's defaults.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function resolveAugmentation<T extends Required<AugmentationOptions>>(
  factory: string,
  options: NoInfer<Partial<T>>,
  defaults: T,
  rules: OptionRules<NoInfer<T>>,
): T {
  const problems = new OptionProblems(factory);
  const settings = problems.lay<T>(options, defaults, rules);
  const { cjHue, cjStrength } = settings;
  checkHue(problems, ['cjHue', cjHue], ['cjStrength', cjStrength]);
  problems.throwIfAny();
  return settings;
}

/** The settings of a method's views besides the common options. */
export interface ViewParts extends Pick<View, 'size' | 'crop'> {
  /** Probability of blur. */
  readonly blur: number;
  /** Probability of solarisation (default 0). */
  readonly solarize?: number;
  readonly solarizeBeforeBlur?: boolean;
}

/** Returns the view described by options with lightly's names. */
export function augmentedView(
  options: Required<AugmentationOptions>,
  { size, crop, blur, solarize = 0, solarizeBeforeBlur = false }: ViewParts,
): View {
  const { cjBright, cjContrast, cjSat, cjHue } = options;
  return {
    size,
    crop,
    flip: options.hfProb,
    verticalFlip: options.vfProb,
    rotate: { prob: options.rrProb, degrees: options.rrDegrees },
    jitter: {
      prob: options.cjProb,
      strength: options.cjStrength,
      brightness: cjBright,
      contrast: cjContrast,
      saturation: cjSat,
      hue: cjHue,
    },
    grayscale: options.randomGrayScale,
    blur: { prob: blur, sigmas: options.sigmas },
    solarize: { prob: solarize, threshold: 128, beforeBlur: solarizeBeforeBlur },
    after: [],
    normalize: options.normalize,
  };
}

/** torchvision's range of aspect ratios. */
export const aspects = [3 / 4, 4 / 3] as const;

/** Returns the description of a method's square views. */
export function squareView(
  options: Required<SquareViewOptions>,
  solarization: Pick<ViewParts, 'solarize' | 'solarizeBeforeBlur'> = {},
): View {
  const { inputSize, minScale, gaussianBlur } = options;
  const crop = { scale: [minScale, 1], ratio: aspects, interpolation: 'bilinear' } as const;
  return augmentedView(options, { size: [inputSize, inputSize], crop, blur: gaussianBlur, ...solarization });
}
