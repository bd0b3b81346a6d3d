/** Transforms of methods with two views that are drawn alike. */
import type { SquareViewOptions } from './augmentation-options';
import { resolveAugmentation, squareDefaults, squareRules, squareView } from './augmentation-options';
import { namedList } from './named-list';
import { probability } from './option-rules';
import type { ViewList } from './view-list';

/** Options of `views.simsiam`: names and defaults are those of lightly's `SimSiamTransform`, in camelCase. */
export interface SimsiamOptions extends SquareViewOptions {}

/**
 * Makes SimSiam's two views (Chen and He, 2021), like lightly's `SimSiamTransform`. In order: random resized crop,
 * flips, rotation, colour jitter, grayscale, Gaussian blur, normalisation.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function simsiam(options: SimsiamOptions = {}): ViewList {
  const settings = resolveAugmentation('views.simsiam', options, squareDefaults, squareRules);
  return pair(simsiam.name, settings);
}

/** Options of `views.simclr`: names and defaults are those of lightly's `SimCLRTransform`, in camelCase. */
export interface SimclrOptions extends SquareViewOptions {}

const simclrDefaults: Required<SimclrOptions> = {
  ...squareDefaults,
  cjBright: 0.8,
  cjContrast: 0.8,
  cjSat: 0.8,
  cjHue: 0.2,
  minScale: 0.08,
};

/**
 * Makes SimCLR's two views (Chen et al., 2020), like lightly's `SimCLRTransform`: SimSiam's operations, stronger. For
 * small images, such as CIFAR's, `cjStrength: 0.5` and no blur are usual.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function simclr(options: SimclrOptions = {}): ViewList {
  const settings = resolveAugmentation('views.simclr', options, simclrDefaults, squareRules);
  return pair(simclr.name, settings);
}

/** Options of `views.mocoV1` and `views.mocoV2`: names and defaults are those of lightly's transforms, in camelCase. */
export interface MocoOptions extends SquareViewOptions {}

const mocoV1Defaults: Required<MocoOptions> = { ...squareDefaults, cjHue: 0.4, gaussianBlur: 0 };

/**
 * Makes the two views of MoCo's first version (He et al., 2020), like lightly's `MoCoV1Transform`: without blur.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function mocoV1(options: MocoOptions = {}): ViewList {
  const settings = resolveAugmentation('views.mocoV1', options, mocoV1Defaults, squareRules);
  return pair(mocoV1.name, settings);
}

/**
 * Makes the two views of MoCo's second version (Chen et al., 2020), like lightly's `MoCoV2Transform`.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function mocoV2(options: MocoOptions = {}): ViewList {
  const settings = resolveAugmentation('views.mocoV2', options, squareDefaults, squareRules);
  return pair(mocoV2.name, settings);
}

/** Options of `views.vicreg`: names and defaults are those of lightly's `VICRegTransform`, in camelCase. */
export interface VicregOptions extends SquareViewOptions {
  /** Probability of solarisation (default 0.1). */
  readonly solarizeProb?: number;
}

const vicregDefaults: Required<VicregOptions> = {
  ...simclrDefaults,
  cjStrength: 0.5,
  cjSat: 0.4,
  solarizeProb: 0.1,
};
const vicregRules = { ...squareRules, solarizeProb: probability };

/**
 * VICReg's two views (Bardes et al., 2022), as lightly's `VICRegTransform` makes them: solarisation comes between
 * grayscale and blur.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function vicreg(options: VicregOptions = {}): ViewList {
  const settings = resolveAugmentation('views.vicreg', options, vicregDefaults, vicregRules);
  return pair(vicreg.name, settings, { solarize: settings.solarizeProb, solarizeBeforeBlur: true });
}

function pair(
  name: string,
  settings: Required<SquareViewOptions>,
  solarization: Parameters<typeof squareView>[1] = {},
): ViewList {
  const one = squareView(settings, solarization);
  return namedList({ module: __filename, export: name }, settings, [one, one]);
}
