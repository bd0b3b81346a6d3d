import { aspects } from './augmentation-options';
import { namedList } from './named-list';
import type { NormalizeOptions } from './normalization';
import { imagenet, normalizeRule } from './normalization';
import type { OptionRules } from './option-rules';
import { probability, resolveOptions, viewSize } from './option-rules';
import type { ViewList } from './view-list';
import { view } from './view-list';

/** Options of `views.mae`: names and defaults are those of lightly's `MAETransform`, in camelCase. */
export interface MaeOptions {
  /** Height and width of the view, in pixels: one number for a square (default 224), or a pair. */
  readonly inputSize?: number | readonly [height: number, width: number];
  /** Smallest area of a crop, as a share of the image's (default 0.2). */
  readonly minScale?: number;
  /** Mean and deviation per channel (default: ImageNet's); `null` leaves values in [0, 1]. */
  readonly normalize?: NormalizeOptions | null;
}

const defaults: Required<MaeOptions> = { inputSize: 224, minScale: 0.2, normalize: imagenet };
const rules: OptionRules<MaeOptions> = {
  inputSize: viewSize,
  minScale: probability,
  normalize: normalizeRule,
};

/**
 * Makes the view of a masked autoencoder (He et al., 2022), like lightly's `MAETransform`: a random crop with bicubic
 * interpolation, flipped half the time.
 *
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function mae(options: MaeOptions = {}): ViewList {
  const settings = resolveOptions('views.mae', options, defaults, rules);
  const { inputSize, minScale, normalize } = settings;
  const crop = { scale: [minScale, 1], ratio: aspects, interpolation: 'bicubic' } as const;
  const one = view({ size: inputSize, crop, flip: 0.5, normalize });
  return namedList({ module: __filename, export: mae.name }, settings, [one]);
}
