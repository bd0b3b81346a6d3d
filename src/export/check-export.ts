import { FulgurError } from '../errors';
import type { ExportFormatName, ExportRuntime, TrialImages } from './export-format';

/** What is allowed between features of the experiment and those of a written model: a share of the largest feature. */
export const LARGEST_DIFFERENCE = 1e-4;

/** How far a written model is from the experiment's own features. */
export interface ExportCheck {
  readonly runtime: string;
  readonly images: number;
  /** Largest difference between two features. */
  readonly largestDifference: number;
  /** The same as a share of the largest feature. */
  readonly relativeDifference: number;
}

/**
 * Runs what was written on some images and compares the features with those of the experiment.
 *
 * @param expected the experiment's own features of the images, `[images, width]`.
 * @throws FulgurError `module` where they differ by more than `LARGEST_DIFFERENCE`, or are not as many.
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
      `${runtime.name} gives ${found.length} numbers, and there are ${expected.length} features`,
    );
  }
  let largest = 0;
  let scale = 0;
  for (const [index, value] of expected.entries()) {
    const apart = Math.abs(value - (found[index] ?? NaN));
    // A difference that is not a number is the largest.
    if (!(apart <= largest)) largest = Number.isNaN(apart) ? Infinity : apart;
    scale = Math.max(scale, Math.abs(value));
  }
  const relative = largest === 0 ? 0 : largest / scale;
  if (!(relative <= LARGEST_DIFFERENCE)) {
    throw differs(
      format,
      `${runtime.name} gives features that are up to ${relative.toPrecision(2)} of the largest feature away`,
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
    fix: 'Report this with the module; export to another format meanwhile.',
  });
}
