import { FulgurError } from '../errors';
import type { ExportFormatName, ExportRuntime, TrialImages } from './export-format';

/**
 * Maximum difference allowed between the features of the experiment and of a written model, as a share of the largest
 * feature.
 */
export const LARGEST_DIFFERENCE = 1e-4;

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
 * Runs a written model on some images and compares its features with those of the experiment.
 *
 * @param expected the experiment's own features of the images, `[images, width]`.
 * @throws FulgurError `module` if they differ by more than `LARGEST_DIFFERENCE`, or in number.
 */
export async function checkExport(
  format: ExportFormatName,
  runtime: ExportRuntime,
  images: TrialImages,
  expected: Float32Array,
): Promise<ExportCheck> {
  const found = await runtime.run(images);
  if (found.length !== expected.length) {
    throw differs(
      format,
      `${runtime.name} returns ${found.length} numbers instead of ${expected.length} features`,
    );
  }
  let largest = 0;
  let scale = 0;
  for (const [index, value] of expected.entries()) {
    const apart = Math.abs(value - (found[index] ?? NaN));
    // A difference of NaN counts as the largest.
    if (!(apart <= largest)) largest = Number.isNaN(apart) ? Infinity : apart;
    scale = Math.max(scale, Math.abs(value));
  }
  const relative = largest === 0 ? 0 : largest / scale;
  if (!(relative <= LARGEST_DIFFERENCE)) {
    throw differs(
      format,
      `the features from ${runtime.name} differ by up to ${relative.toPrecision(2)} of the largest feature`,
    );
  }
  return {
    runtime: runtime.name,
    images: images.shape[0],
    largestDifference: largest,
    relativeDifference: relative,
  };
}

function differs(format: ExportFormatName, finding: string): FulgurError {
  return new FulgurError('module', {
    what: `The ${format} export does not compute the experiment's features: ${finding}.`,
    why: 'Nothing was written.',
    fix: 'Report this with the module, and export to another format in the meantime.',
  });
}
