import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';

/** The longest wavelength divided by 2π, in patches. */
const LONGEST = 10000;

/**
 * Returns fixed position embeddings for a square grid of patches: sines and cosines of a patch's column in the first
 * half of the features, of its row in the second, `[1, prefix + side², features]`. The first `prefix` tokens have
 * zeros.
 *
 * Source: He et al., "Masked autoencoders are scalable vision learners" (2022); values as in lightly's
 * `get_2d_sine_cosine_positional_embedding`.
 *
 * @throws FulgurError `module` for a number of features that is not a multiple of 4.
 */
export function sineCosinePositions(features: number, side: number, prefix: number): tf.Tensor3D {
  if (features % 4 !== 0) {
    throw new FulgurError('module', {
      what: `Sine and cosine position embeddings of ${features} features were requested.`,
      why: 'Sines and cosines of rows and columns take a quarter of the features each.',
      fix: 'Use a multiple of 4.',
    });
  }
  const quarter = features / 4;
  const values = new Float32Array((prefix + side * side) * features);
  for (let patch = 0; patch < side * side; patch++) {
    const start = (prefix + patch) * features;
    const places = [patch % side, Math.floor(patch / side)];
    places.forEach((place, half) => {
      for (let wave = 0; wave < quarter; wave++) {
        const angle = place / LONGEST ** (wave / quarter);
        values[start + 2 * half * quarter + wave] = Math.sin(angle);
        values[start + (2 * half + 1) * quarter + wave] = Math.cos(angle);
      }
    });
  }
  return tf.tensor3d(values, [1, prefix + side * side, features]);
}
