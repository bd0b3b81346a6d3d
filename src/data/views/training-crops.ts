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
 * The views that a classifier is trained on, as torchvision's `RandomResizedCrop` and `RandomHorizontalFlip`, of the size and
 * normalisation that a transform's evaluation form has.
 *
 * @throws FulgurError of kind `config` for a transform whose evaluation form is one of its own.
 */
export function trainingCrops(transform: ViewTransform, { minScale, flip }: TrainingCrops): ViewTransform {
  const form = transform.plain();
  if (!(form instanceof PlainView)) {
    throw new FulgurError('config', {
      what: `Random crops cannot be made for ${transform.spec.export}, whose plain() is a transform of its own.`,
      why: 'How it normalises pixels is not known.',
      fix: 'Let plain() return views.plain(...), or train on plain images.',
    });
  }
  const { height = 1, width = 1 } = form.views[0] ?? {};
  return of(view({ size: [height, width], crop: { scale: [minScale, 1] }, flip, normalize: form.normalize }));
}
