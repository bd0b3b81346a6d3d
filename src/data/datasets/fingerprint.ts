import { createHash } from 'node:crypto';
import type { DataIdentity } from '../../contracts';
import { isPacked } from './dataset-spec';
import type { ImageDataset } from './image-dataset';

/** Bytes of pixels that are looked at of a data set in memory. */
const SAMPLED_BYTES = 1 << 20;

/**
 * What tells a data set from another: names, labels and order of all images; of those in memory some of the pixels,
 * evenly spread. Files are not opened, and where they lie does not count, so that data may be moved.
 */
export function identityOf(dataset: ImageDataset): DataIdentity {
  const { name, length, classNames, spec } = dataset;
  const hash = createHash('sha256').update(JSON.stringify([length, classNames]));
  for (let index = 0; index < length; index++) {
    // Records of version 0.1 have these texts: those of files with a slash, those in memory as messages name them.
    const image = isPacked(spec) ? dataset.describe(index) : `/${dataset.sampleName(index)}`;
    hash.update(`${dataset.label(index)} ${image}\n`);
  }
  if (isPacked(spec)) {
    const every = Math.max(1, Math.ceil(spec.pixels.length / SAMPLED_BYTES));
    hash.update(
      Uint8Array.from(
        { length: Math.ceil(spec.pixels.length / every) },
        (_, i) => spec.pixels[i * every] ?? 0,
      ),
    );
  }
  return {
    name,
    samples: length,
    classes: classNames.length,
    fingerprint: hash.digest('hex').slice(0, 16),
  };
}
