import { join } from 'node:path';
import { FulgurError } from '../../../errors';
import { readRegularFile } from '../../../system';
import { reasonOf } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { PackedDataset, allocatePacked } from '../packed-dataset';
import { allFiles, classNames, recordBytes, side, testFiles, trainFiles } from './source';

const plane = side * side;

/** The files that a split consists of. */
export function filesOf(split: Split): readonly string[] {
  if (split === 'all') return allFiles;
  return split === 'train' ? trainFiles : testFiles;
}

/**
 * Reads CIFAR-10's `.bin` files of a split from a folder.
 *
 * @throws FulgurError of kind `data` where a file is missing, has another size, or holds an unknown class.
 */
export async function readRecords(
  folder: string,
  split: Split,
  recordsPerFile: number,
): Promise<ImageDataset> {
  const files = filesOf(split);
  const { pixels, labels } = allocatePacked(files.length * recordsPerFile, side, side);
  for (const [position, name] of files.entries()) {
    const path = join(folder, name);
    const whole = recordsPerFile * recordBytes;
    const bytes = await readRegularFile(path, whole).catch((error: unknown) => {
      throw broken(path, reasonOf(error), error);
    });
    if (bytes.length !== whole) {
      throw broken(path, `it has ${bytes.length} bytes instead of ${whole}`);
    }
    for (let record = 0; record < recordsPerFile; record++) {
      const label = bytes[record * recordBytes] ?? 0;
      if (label >= classNames.length) throw broken(path, `its record ${record} has class ${label}`);
      const sample = position * recordsPerFile + record;
      labels[sample] = label;
      interleave(bytes, record * recordBytes + 1, pixels, sample * plane * 3);
    }
  }
  return new PackedDataset({
    kind: 'packed',
    name: 'cifar10',
    split,
    origin: folder,
    classNames,
    height: side,
    width: side,
    pixels,
    labels,
  });
}

/** Three planes become RGB pixels. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < plane; pixel++) {
    pixels[to + pixel * 3] = planes[from + pixel] ?? 0;
    pixels[to + pixel * 3 + 1] = planes[from + plane + pixel] ?? 0;
    pixels[to + pixel * 3 + 2] = planes[from + 2 * plane + pixel] ?? 0;
  }
}

function broken(path: string, reason: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `${path} is no file of CIFAR-10's binary version: ${reason}.`,
    fix: 'Delete it and unpack or download the archive again.',
    cause,
  });
}
