import { FulgurError } from '../../errors';
import type { ImageDataset } from './image-dataset';

/** @throws FulgurError of kind `data` if the data set has no such index. */
export function requireIndex(dataset: Pick<ImageDataset, 'name' | 'split' | 'length'>, index: number): void {
  if (Number.isInteger(index) && index >= 0 && index < dataset.length) return;
  throw new FulgurError('data', {
    what: `Sample ${index} of ${dataset.name} (${dataset.split}) does not exist.`,
    fix: `Use an index from 0 to ${dataset.length - 1}.`,
  });
}
