import type { SquareViewOptions } from './augmentation-options';
import { resolveAugmentation, squareDefaults, squareRules, squareView } from './augmentation-options';
import { namedList } from './named-list';
import type { ViewList } from './view-list';
import { viewCount } from './view-list';

/** Options of `views.fastSiam`: names and defaults are those of lightly's `FastSiamTransform`, in camelCase. */
export interface FastSiamOptions extends SquareViewOptions {
  /** The number of views per image: FastSiam's K + 1 (default 4). */
  readonly numViews?: number;
}

const defaults: Required<FastSiamOptions> = { numViews: 4, ...squareDefaults };
const rules = { numViews: viewCount, ...squareRules };

/**
 * Makes FastSiam's views (Pototzky et al., 2022): four independent augmentations of each image, like lightly's
 * `FastSiamTransform`. In order: random resized crop, horizontal flip, vertical flip, rotation, colour jitter,
 * grayscale, Gaussian blur, normalisation. Each view depends on (seed, epoch, sample index, view) alone.
 *
 * @example views.fastSiam({ inputSize: 32 })
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function fastSiam(options: FastSiamOptions = {}): ViewList {
  const settings = resolveAugmentation('views.fastSiam', options, defaults, rules);
  const one = squareView(settings);
  const list = Array.from({ length: settings.numViews }, () => one);
  return namedList({ module: __filename, export: fastSiam.name }, settings, list);
}
