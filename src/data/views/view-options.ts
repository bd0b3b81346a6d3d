import type { NormalizeOptions } from './normalization';
import { imagenet, normalizeRule } from './normalization';
import type { CustomOperation } from './custom-operation';
import type { Interpolation } from './kernels/axis-filter';
import type { OptionRule, OptionRules, OptionProblems } from './option-rules';
import {
  checkHue,
  hueRule,
  interpolationRule,
  isBetween,
  isNumber,
  isPlainObject,
  isRange,
  notNegative,
  probability,
  sigmaRange,
  viewSize,
} from './option-rules';

/** A random crop, like torchvision's `RandomResizedCrop`. */
export interface CropOptions {
  /** Smallest and largest area, as shares of the image's (default 0.08 and 1). */
  readonly scale?: readonly [number, number];
  /** Smallest and largest ratio of width to height (default 3/4 and 4/3). */
  readonly ratio?: readonly [number, number];
  /** Default bilinear. */
  readonly interpolation?: Interpolation;
}

/** A rotation about the centre, with nearest neighbour; areas from outside are black. */
export interface RotateOptions {
  /** Default 0.5. */
  readonly prob?: number;
  /** `null`: by 90° counter-clockwise (default); a number: by up to as many degrees either way; a pair: by degrees between them. */
  readonly degrees?: number | readonly [number, number] | null;
}

/** Colour jitter, like torchvision's `ColorJitter`: four operations in random order. */
export interface JitterOptions {
  /** Default 0.8. */
  readonly prob?: number;
  /** Multiplies the following (default 1). */
  readonly strength?: number;
  /** Brightness is multiplied by 1 ± this (default 0.8). */
  readonly brightness?: number;
  /** Contrast is multiplied by 1 ± this (default 0.8). */
  readonly contrast?: number;
  /** Saturation is multiplied by 1 ± this (default 0.8). */
  readonly saturation?: number;
  /** Hue is shifted by ± this share of the colour circle (default 0.2); times `strength` at most 0.5. */
  readonly hue?: number;
}

/** Gaussian blur, like Pillow's. */
export interface BlurOptions {
  /** Default 0.5. */
  readonly prob?: number;
  /** Smallest and largest standard deviation, in pixels (default 0.1 and 2). */
  readonly sigmas?: readonly [number, number];
}

/** Inversion of levels from a threshold on, like Pillow's `solarize`. */
export interface SolarizeOptions {
  /** Default 0.5. */
  readonly prob?: number;
  /** From 0 to 256 (default 128). */
  readonly threshold?: number;
  /** Whether it comes before the blur, as in VICReg (default `false`: after it, as in BYOL and DINO). */
  readonly beforeBlur?: boolean;
}

/**
 * One view of an image. What is left out is not done, except for normalisation. The order is that of these options:
 * crop, flips, turn, jitter, grayscale, blur, solarisation, operations of one's own, normalisation.
 */
export interface ViewOptions {
  /** Height and width in pixels: one number for a square, or a pair. */
  readonly size: number | readonly [number, number];
  /** `null` (default): the image is resized until it just covers the view, and its centre is cropped. */
  readonly crop?: CropOptions | null;
  /** Probability of a horizontal flip. */
  readonly flip?: number;
  /** Probability of a vertical flip. */
  readonly verticalFlip?: number;
  /** A number is the probability of a rotation by 90° counter-clockwise. */
  readonly rotate?: number | RotateOptions;
  readonly jitter?: JitterOptions | null;
  /** Probability of grayscale. */
  readonly grayscale?: number;
  /** A number is the probability. */
  readonly blur?: number | BlurOptions;
  /** A number is the probability. */
  readonly solarize?: number | SolarizeOptions;
  /** Custom operations on the pixels, `views.custom(...)`, applied in turn. */
  readonly after?: readonly CustomOperation[];
  /** Mean and deviation per channel (default: ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
}

/** A view with all its options: plain data. */
export interface View {
  readonly size: readonly [height: number, width: number];
  readonly crop: Required<CropOptions> | null;
  readonly flip: number;
  readonly verticalFlip: number;
  readonly rotate: Required<RotateOptions>;
  readonly jitter: Required<JitterOptions>;
  readonly grayscale: number;
  readonly blur: Required<BlurOptions>;
  readonly solarize: Required<SolarizeOptions>;
  readonly after: readonly CustomOperation[];
  readonly normalize: NormalizeOptions | null;
}

const crops: Required<CropOptions> = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3], interpolation: 'bilinear' };
const turns: Required<RotateOptions> = { prob: 0.5, degrees: null };
const jitters: Required<JitterOptions> = {
  prob: 0.8,
  strength: 1,
  brightness: 0.8,
  contrast: 0.8,
  saturation: 0.8,
  hue: 0.2,
};
const blurs: Required<BlurOptions> = { prob: 0.5, sigmas: [0.1, 2] };
const solarizations: Required<SolarizeOptions> = { prob: 0.5, threshold: 128, beforeBlur: false };

/** The rule for degrees of a rotation. */
export const degreesRule: OptionRule = {
  expects: 'null, a number of at least 0, or two numbers, the smaller first',
  accepts: (value) => value === null || isRange(value) || (isNumber(value) && notNegative.accepts(value)),
};

const isFlag: OptionRule = { expects: 'true or false', accepts: (value) => typeof value === 'boolean' };

const cropRules: OptionRules<CropOptions> = {
  scale: {
    expects: 'two numbers from 0 to 1, the smaller first',
    accepts: (value) => isRange(value) && (value as number[]).every(isBetween(0, 1)),
  },
  ratio: {
    expects: 'two numbers above 0, the smaller first',
    accepts: (value) => isRange(value) && (value as number[]).every((ratio) => ratio > 0),
  },
  interpolation: interpolationRule,
};
const rotateRules: OptionRules<RotateOptions> = { prob: probability, degrees: degreesRule };
const jitterRules: OptionRules<JitterOptions> = {
  prob: probability,
  strength: notNegative,
  brightness: notNegative,
  contrast: notNegative,
  saturation: notNegative,
  hue: hueRule,
};
const blurRules: OptionRules<BlurOptions> = { prob: probability, sigmas: sigmaRange };
const solarizeRules: OptionRules<SolarizeOptions> = {
  prob: probability,
  threshold: { expects: 'a number from 0 to 256', accepts: isBetween(0, 256) },
  beforeBlur: isFlag,
};

/** A group of options, whose parts have their own rules. */
function groupOr(others: string, isOther: (value: unknown) => boolean): OptionRule {
  return {
    expects: `an object of options, or ${others}`,
    accepts: (value) => isPlainObject(value) || isOther(value),
  };
}

const isNull = (value: unknown): boolean => value === null;
const orProbability = groupOr(probability.expects, probability.accepts);

const rules: OptionRules<ViewOptions> = {
  size: viewSize,
  crop: groupOr('null', isNull),
  flip: probability,
  verticalFlip: probability,
  rotate: orProbability,
  jitter: groupOr('null', isNull),
  grayscale: probability,
  blur: orProbability,
  solarize: orProbability,
  after: {
    expects: 'a list of what views.custom returns',
    accepts: (value) => Array.isArray(value) && value.every(isOperation),
  },
  normalize: normalizeRule,
};

function isOperation(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { module, export: name } = value as Partial<CustomOperation>;
  return typeof module === 'string' && typeof name === 'string';
}

/** Completes a view's options and notes their problems. `group` precedes their names in messages. */
export function completeView(options: ViewOptions, problems: OptionProblems, group = ''): View {
  const top = problems.lay<Partial<ViewOptions>>(options, {}, rules, group);
  const named = (name: string): string => (group === '' ? name : `${group}.${name}`);
  if (isPlainObject(options) && top.size === undefined) {
    problems.add(`${named('size')} is missing`, `${named('size')} must be ${viewSize.expects}`);
  }
  const { size = 1, crop = null, rotate = 0, jitter = null, blur = 0, solarize = 0 } = top;
  const complete: View = {
    size: typeof size === 'number' ? [size, size] : size,
    crop: isPlainObject(crop) ? problems.lay(crop, crops, cropRules, named('crop')) : null,
    flip: top.flip ?? 0,
    verticalFlip: top.verticalFlip ?? 0,
    rotate: problems.lay(withProb(rotate), turns, rotateRules, named('rotate')),
    jitter: problems.lay(isPlainObject(jitter) ? jitter : { prob: 0 }, jitters, jitterRules, named('jitter')),
    grayscale: top.grayscale ?? 0,
    blur: problems.lay(withProb(blur), blurs, blurRules, named('blur')),
    solarize: problems.lay(withProb(solarize), solarizations, solarizeRules, named('solarize')),
    after: top.after ?? [],
    normalize: top.normalize === undefined ? imagenet : top.normalize,
  };
  const { hue, strength } = complete.jitter;
  checkHue(problems, [named('jitter.hue'), hue], [named('jitter.strength'), strength]);
  return complete;
}

/** Values of the wrong kind have already been noted and are left out here. */
function withProb<T extends object>(value: number | T): T | { prob: number } {
  if (isPlainObject(value)) return value;
  return { prob: probability.accepts(value) ? value : 0 };
}
