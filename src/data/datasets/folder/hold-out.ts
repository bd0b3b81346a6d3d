import { RandomStream, permutation } from '../../../engine/random';
import type { Split } from '../image-dataset';

const heldOut = 0.1;
// The split is fixed: it does not depend on the run's seed.
const splitSeed = 20_200;

/**
 * Returns the files of a class that belong to a split: one tenth, but at least one of two, is held out for testing. The
 * choice depends on the number of files and the class's index alone.
 */
export function chooseSplit<T>(files: readonly T[], classIndex: number, split: Split): readonly T[] {
  if (split === 'all') return files;
  const count = files.length < 2 ? 0 : Math.max(1, Math.round(files.length * heldOut));
  const order = permutation(files.length, new RandomStream(splitSeed, 'evaluation', [classIndex]));
  const test = new Set(order.subarray(0, count));
  return files.filter((_, index) => test.has(index) === (split === 'test'));
}
