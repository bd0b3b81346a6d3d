import { FulgurError } from '../../errors';
import { PlainView } from './plain';
import { of, view } from './view-list';
import type { ViewTransform } from './view-transform';

/** Random crops and flips. */
export interface TrainingCrops {
  /** Smallest area of a crop, as a share of the image's; 1 at most. */
  readonly minScale: number;
  /** Probability of a horizontal flip. */
  readonly flip: number;
}

/**
 * Makes the views that a classifier is trained on, like torchvision's `RandomResizedCrop` and `RandomHorizontalFlip`,
 * with the size and normalisation of a transform's evaluation form.
 *
 * @throws FulgurError of kind `config` for a transform with a custom evaluation form.
 */
export function trainingCrops(transform: ViewTransform, { minScale, flip }: TrainingCrops): ViewTransform {
  const form = transform.plain();
  if (!(form instanceof PlainView)) {
    throw new FulgurError('config', {
      what: `Random crops cannot be made for ${transform.spec.export}, whose plain() is a custom transform.`,
      why: 'Its normalisation of pixels is unknown.',
      fix: 'Make plain() return views.plain(...), or train on plain images.',
    });
  }
  const { height = 1, width = 1 } = form.views[0] ?? {};
  return of(view({ size: [height, width], crop: { scale: [minScale, 1] }, flip, normalize: form.normalize }));
}
