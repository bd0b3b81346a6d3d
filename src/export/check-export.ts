import { FulgurError } from '../errors';
import type { ExportFormatName, ExportRuntime, TrialImages } from './export-format';

/**
 * Maximum difference allowed between the features of the experiment and of a written model, as a share of the largest
 * feature.
 */
export const LARGEST_DIFFERENCE = 1e-4;

/** Images, and the experiment's own features of them, `[images, width]`. */
export interface TrialBatch {
  readonly images: TrialImages;
  readonly expected: Float32Array;
}

/** How far a written model's features are from the experiment's own. */
export interface ExportCheck {
  readonly runtime: string;
  readonly images: number;
  /** Largest difference between two corresponding features. */
  readonly largestDifference: number;
  /** The same as a share of the largest feature. */
  readonly relativeDifference: number;
}

/**
 * Runs a written model on batches of images and compares its features with those of the experiment.
 *
 * @throws FulgurError `module` if they differ by more than `LARGEST_DIFFERENCE`, or in number.
 */
export async function checkExport(
  format: ExportFormatName,
  runtime: ExportRuntime,
  batches: readonly TrialBatch[],
): Promise<ExportCheck> {
  const checked = { runtime: runtime.name, images: 0, largestDifference: 0, relativeDifference: 0 };
  for (const { images, expected } of batches) {
    const found = await runtime.run(images);
    if (found.length !== expected.length) {
      throw differs(
        format,
        `${runtime.name} returns ${found.length} numbers instead of ${expected.length} features`,
      );
    }
    const [largest, scale] = largestDifference(found, expected);
    const relative = largest === 0 ? 0 : largest / scale;
    const [count] = images.shape;
    if (!(relative <= LARGEST_DIFFERENCE)) {
      throw differs(
        format,
        `for ${count === 1 ? 'a single image' : `${count} images`}, the features from ${runtime.name} differ by up to ` +
          `${relative.toPrecision(2)} of the largest feature`,
      );
    }
    checked.images = Math.max(checked.images, count);
    checked.largestDifference = Math.max(checked.largestDifference, largest);
    checked.relativeDifference = Math.max(checked.relativeDifference, relative);
  }
  return checked;
}

/** Returns the largest difference, and the largest expected feature. */
function largestDifference(found: Float32Array, expected: Float32Array): [largest: number, scale: number] {
  let largest = 0;
  let scale = 0;
  for (const [index, value] of expected.entries()) {
    const apart = Math.abs(value - (found[index] ?? NaN));
    // A difference of NaN counts as the largest.
    if (!(apart <= largest)) largest = Number.isNaN(apart) ? Infinity : apart;
    scale = Math.max(scale, Math.abs(value));
  }
  return [largest, scale];
}

function differs(format: ExportFormatName, finding: string): FulgurError {
  return new FulgurError('module', {
    what: `The ${format} export does not compute the experiment's features: ${finding}.`,
    why: 'Nothing was written.',
    fix: 'Report this with the module, and export to another format in the meantime.',
  });
}
