import { createHash } from 'node:crypto';
import type { DataIdentity } from '../../contracts';
import { packedSpec } from './dataset-spec';
import type { ImageDataset } from './image-dataset';

/** Bytes of pixels that are looked at of a data set in memory. */
const SAMPLED_BYTES = 1 << 20;

/**
 * What tells a data set from another: names, labels and order of all images; of those in memory some of the pixels,
 * evenly spread. Files are not opened, and where they lie does not count, so that data may be moved.
 */
export function identityOf(dataset: ImageDataset): DataIdentity {
  const { name, length, classNames, spec } = dataset;
  const packed = packedSpec(spec);
  const hash = createHash('sha256').update(JSON.stringify([length, classNames]));
  for (let index = 0; index < length; index++) {
    // Records of version 0.1 have these texts: those of files with a slash, those in memory as messages name them.
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
