import type { NormalizeOptions } from './normalization';
import { imagenet, normalizeRule } from './normalization';
import type { OptionRule } from './option-rules';
import {
  isBetween,
  isNumber,
  isRange,
  notNegative,
  optionError,
  probability,
  resolveOptions,
  viewSize,
  wholeUpTo,
} from './option-rules';

/** Options of `views.fastSiam`: names and defaults are those of lightly's `FastSiamTransform`, in camelCase. */
export interface FastSiamOptions {
  /** Views of each image: FastSiam's K + 1 (default 4). */
  readonly numViews?: number;
  /** Height and width of a view, in pixels (default 224). */
  readonly inputSize?: number;
  /** Probability of colour jitter (default 0.8). */
  readonly cjProb?: number;
  /** Multiplies `cjBright`, `cjContrast`, `cjSat` and `cjHue` (default 1). */
  readonly cjStrength?: number;
  /** Brightness is multiplied by 1 ± this (default 0.4). */
  readonly cjBright?: number;
  /** Contrast is multiplied by 1 ± this (default 0.4). */
  readonly cjContrast?: number;
  /** Saturation is multiplied by 1 ± this (default 0.4). */
  readonly cjSat?: number;
  /** Hue turns by ± this share of the colour circle (default 0.1); times `cjStrength` at most 0.5. */
  readonly cjHue?: number;
  /** Smallest area of a crop, as a share of the image's (default 0.2). */
  readonly minScale?: number;
  /** Probability of grayscale (default 0.2). */
  readonly randomGrayScale?: number;
  /** Probability of blur (default 0.5). */
  readonly gaussianBlur?: number;
  /** lightly takes it and ignores it; here only `null` is taken, and `sigmas` does the work. */
  readonly kernelSize?: null;
  /** Smallest and largest standard deviation of the blur, in pixels (default 0.1 and 2). */
  readonly sigmas?: readonly [number, number];
  /** Probability of a vertical flip (default 0). */
  readonly vfProb?: number;
  /** Probability of a horizontal flip (default 0.5). */
  readonly hfProb?: number;
  /** Probability of a rotation (default 0). */
  readonly rrProb?: number;
  /** `null`: by 90° counter-clockwise (default); a number: by up to as many degrees either way; a pair: by degrees between them. */
  readonly rrDegrees?: number | readonly [number, number] | null;
  /** Mean and deviation by channel (default ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
}

export type FastSiamSettings = Required<FastSiamOptions>;

const factory = 'views.fastSiam';

const defaults: FastSiamSettings = {
  numViews: 4,
  inputSize: 224,
  cjProb: 0.8,
  cjStrength: 1,
  cjBright: 0.4,
  cjContrast: 0.4,
  cjSat: 0.4,
  cjHue: 0.1,
  minScale: 0.2,
  randomGrayScale: 0.2,
  gaussianBlur: 0.5,
  kernelSize: null,
  sigmas: [0.1, 2],
  vfProb: 0,
  hfProb: 0.5,
  rrProb: 0,
  rrDegrees: null,
  normalize: imagenet,
};

const rules: { readonly [K in keyof FastSiamSettings]: OptionRule } = {
  numViews: wholeUpTo(1024),
  inputSize: viewSize,
  cjProb: probability,
  cjStrength: notNegative,
  cjBright: notNegative,
  cjContrast: notNegative,
  cjSat: notNegative,
  cjHue: { expects: 'a number from 0 to 0.5', accepts: isBetween(0, 0.5) },
  minScale: probability,
  randomGrayScale: probability,
  gaussianBlur: probability,
  kernelSize: {
    expects: 'left out (lightly ignores it too): set sigmas',
    accepts: (value) => value === null,
  },
  sigmas: {
    expects: 'two numbers from 0 to 1024, the smaller first',
    accepts: (value) => isRange(value) && (value as number[]).every(isBetween(0, 1024)),
  },
  vfProb: probability,
  hfProb: probability,
  rrProb: probability,
  rrDegrees: {
    expects: 'null, a number from 0 on, or two numbers, the smaller first',
    accepts: (value) => value === null || isRange(value) || (isNumber(value) && notNegative.accepts(value)),
  },
  normalize: normalizeRule,
};

/** @throws FulgurError of kind `config` that names every wrong option. */
export function resolveFastSiamOptions(options: FastSiamOptions): FastSiamSettings {
  const settings = resolveOptions(factory, options, defaults, rules);
  const hue = settings.cjHue * settings.cjStrength;
  if (hue > 0.5) {
    throw optionError(
      factory,
      [`cjHue ${settings.cjHue} times cjStrength ${settings.cjStrength} is ${hue}`],
      ['cjHue times cjStrength must be at most 0.5, half the colour circle'],
    );
  }
  return settings;
}
