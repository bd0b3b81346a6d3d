import { join } from 'node:path';
import { FulgurError } from '../../../errors';
import { readRegularFile } from '../../../system';
import { reasonOf } from '../data-errors';
import type { ImageDataset, Split } from '../image-dataset';
import { PackedDataset, allocatePacked } from '../packed-dataset';
import type { CifarArchive } from './archive';
import { filesOf, recordBytes, side } from './archive';

const plane = side * side;

/**
 * Reads the `.bin` files of a split from a folder.
 *
 * @throws FulgurError of kind `data` if a file is missing, has the wrong size or contains an unknown class.
 */
export async function readRecords(
  folder: string,
  split: Split,
  archive: CifarArchive,
): Promise<ImageDataset> {
  const { name, title, classNames, labelBytes } = archive;
  const files = filesOf(archive, split);
  const stride = recordBytes(archive);
  const total = files.reduce((sum, { records }) => sum + records, 0);
  const { pixels, labels } = allocatePacked(total, side, side);
  let sample = 0;
  for (const file of files) {
    const path = join(folder, file.name);
    const whole = file.records * stride;
    const bytes = await readRegularFile(path, whole).catch((error: unknown) => {
      throw broken(path, title, reasonOf(error), error);
    });
    if (bytes.length !== whole) {
      throw broken(path, title, `it has ${bytes.length} bytes instead of ${whole}`);
    }
    for (let record = 0; record < file.records; record++, sample++) {
      const start = record * stride + labelBytes;
      const label = bytes[start - 1] ?? 0;
      if (label >= classNames.length) throw broken(path, title, `its record ${record} has class ${label}`);
      labels[sample] = label;
      interleave(bytes, start, pixels, sample * plane * 3);
    }
  }
  return new PackedDataset({
    kind: 'packed',
    name,
    split,
    origin: folder,
    classNames,
    height: side,
    width: side,
    pixels,
    labels,
  });
}

/** Converts three planes to RGB pixels. */
function interleave(planes: Uint8Array, from: number, pixels: Uint8Array, to: number): void {
  for (let pixel = 0; pixel < plane; pixel++) {
    pixels[to + pixel * 3] = planes[from + pixel] ?? 0;
    pixels[to + pixel * 3 + 1] = planes[from + plane + pixel] ?? 0;
    pixels[to + pixel * 3 + 2] = planes[from + 2 * plane + pixel] ?? 0;
  }
}

function broken(path: string, title: string, reason: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `${path} is not a file of ${title}'s binary version: ${reason}.`,
    fix: 'Delete it and unpack or download the archive again.',
    cause,
  });
}
