import type { Notify } from '../../../contracts';
import { NothingToJudgeError } from '../data-errors';
import type { ImageDataset } from '../image-dataset';
import { SubsetDataset } from './subset-dataset';

/**
 * The samples of a data set whose class is known, for what judges by classes. Where some are without, says how many are left.
 *
 * @throws NothingToJudgeError where no sample has a class.
 */
export function labelledPart(dataset: ImageDataset, onMessage: Notify): ImageDataset {
  const { name, split, length } = dataset;
  const labelled: number[] = [];
  for (let index = 0; index < length; index++) if (dataset.label(index) !== null) labelled.push(index);
  if (labelled.length === length) return dataset;
  if (labelled.length === 0) {
    throw new NothingToJudgeError({
      what: `No sample of the data set ${name} (${split}) has a label, and features are judged by the classes of images.`,
      fix: 'Give labels, or judge by what needs none, such as the plugin collapseSentinel().',
    });
  }
  onMessage(
    'info',
    `Of the ${length} samples of ${name} (${split}), ${labelled.length} have a label: these are judged by.`,
  );
  return SubsetDataset.of(dataset, split, labelled);
}
