import { FulgurError } from '../../errors';
import type { ImageDataset } from './image-dataset';

/** @throws FulgurError of kind `data` where a data set has no such index. */
export function requireIndex(dataset: Pick<ImageDataset, 'name' | 'split' | 'length'>, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < dataset.length) return;
  throw new FulgurError('data', {
    what: `There is no sample ${index} in ${dataset.name} (${dataset.split}).`,
    fix: `Ask for an index from 0 to ${dataset.length - 1}.`,
  });
}
