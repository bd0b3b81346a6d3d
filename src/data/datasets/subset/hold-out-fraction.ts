import { createHash } from 'node:crypto';
import { FulgurError } from '../../../errors';
import { NothingToJudgeError } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { SubsetDataset } from './subset-dataset';

// The split is fixed: it does not depend on the run's seed.
const splitSeed = 20_300;

/**
 * Returns the training part of a data set without splits, or the `fraction` held out for testing. Whether a sample is
 * held out depends on its name alone, whatever else is in the data set, and a larger fraction includes the samples of a
 * smaller one. The share is therefore met on average, not exactly.
 *
 * @param whole the split `all`.
 * @throws FulgurError of kind `config` if the data set has a test split, of kind `data` if a part would be empty.
 */
export function holdOutFraction(whole: ImageDataset, split: Split, fraction: number): ImageDataset {
  if (whole.hasTestSplit) throw hasOwnSplit(whole, fraction);
  if (split === 'all') return whole;
  const chosen: number[] = [];
  for (let index = 0; index < whole.length; index++) {
    const isHeldOut = drawOf(whole.sampleName(index)) < fraction;
    if (isHeldOut === (split === 'test')) chosen.push(index);
  }
  if (chosen.length === 0) throw emptyPart(whole, split, fraction);
  return SubsetDataset.of(whole, split, chosen);
}

/** Maps a name to a number from 0 to 1: the first 48 bits of the digest of the split's seed and the name. */
function drawOf(name: string): number {
  return createHash('sha256').update(`${splitSeed} ${name}`).digest().readUIntBE(0, 6) / 2 ** 48;
}

/**
 * Rejects opening the split `test` of a data set that has none.
 *
 * @throws NothingToJudgeError
 */
export function requireTestSplit(name: string, split: Split): void {
  if (split !== 'test') return;
  throw new NothingToJudgeError({
    what: `The data set ${name} has no test split.`,
    fix: 'Hold out a part of it: --data.testFraction 0.1.',
  });
}

function hasOwnSplit({ name }: ImageDataset, fraction: number): FulgurError {
  return new FulgurError('config', {
    what: `data.testFraction is ${fraction}, but the data set ${name} has its own test split.`,
    fix: 'Remove data.testFraction.',
  });
}

function emptyPart({ name, length }: ImageDataset, split: Split, fraction: number): FulgurError {
  const samples = `${length} ${length === 1 ? 'sample' : 'samples'}`;
  return new FulgurError('data', {
    what: `With data.testFraction ${fraction}, none of the ${samples} of ${name} is in the ${split} split.`,
    why: 'Whether a sample is held out depends on its name alone.',
    fix: `Use a ${split === 'test' ? 'larger' : 'smaller'} fraction or more samples.`,
  });
}
