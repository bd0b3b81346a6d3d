import { createHash } from 'node:crypto';
import type { DataIdentity } from '../../contracts';
import { packedSpec } from './dataset-spec';
import type { ImageDataset } from './image-dataset';

/** The number of pixel bytes that are sampled from a data set in memory. */
const SAMPLED_BYTES = 1 << 20;

/**
 * Returns a digest that identifies a data set: of the names, labels and order of all images and, for images in memory,
 * of some evenly spread pixels. Files are not opened, and their location does not matter, so that data can be moved.
 */
export function identityOf(dataset: ImageDataset): DataIdentity {
  const { name, length, classNames, spec } = dataset;
  const packed = packedSpec(spec);
  const hash = createHash('sha256').update(JSON.stringify([length, classNames]));
  for (let index = 0; index < length; index++) {
    // Kept as in records of version 0.1: a slash for files, the name used in messages for images in memory.
    const image = packed !== null ? dataset.describe(index) : `/${dataset.sampleName(index)}`;
    hash.update(`${dataset.label(index)} ${image}\n`);
  }
  if (packed !== null) {
    const { pixels } = packed;
    const every = Math.max(1, Math.ceil(pixels.length / SAMPLED_BYTES));
    const sampled = { length: Math.ceil(pixels.length / every) };
    const valueOf = (_: unknown, i: number): number => pixels[i * every] ?? 0;
    hash.update(
      pixels instanceof Uint8Array ? Uint8Array.from(sampled, valueOf) : Uint16Array.from(sampled, valueOf),
    );
  }
  return {
    name,
    samples: length,
    classes: classNames.length,
    fingerprint: hash.digest('hex').slice(0, 16),
  };
}
