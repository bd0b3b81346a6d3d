import type { Notify } from '../../../contracts';
import { NothingToJudgeError } from '../data-errors';
import type { ImageDataset } from '../image-dataset';
import { SubsetDataset } from './subset-dataset';

/**
 * Returns the samples of a data set whose class is known, for evaluations by class. If some have none, reports how many
 * are left.
 *
 * @throws NothingToJudgeError if no sample has a class.
 */
export function labelledPart(dataset: ImageDataset, onMessage: Notify): ImageDataset {
  const { name, split, length } = dataset;
  const labelled: number[] = [];
  for (let index = 0; index < length; index++) if (dataset.label(index) !== null) labelled.push(index);
  if (labelled.length === length) return dataset;
  if (labelled.length === 0) {
    throw new NothingToJudgeError({
      what: `No sample of the data set ${name} (${split}) has a label, but features are evaluated by the classes of images.`,
      fix: 'Add labels, or use an evaluation that needs none, such as the plugin collapseSentinel().',
    });
  }
  onMessage(
    'info',
    `Of the ${length} samples of ${name} (${split}), ${labelled.length} have a label; the evaluation uses these.`,
  );
  return SubsetDataset.of(dataset, split, labelled);
}
