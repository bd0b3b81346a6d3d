import * as tf from '@tensorflow/tfjs-core';

/** How windows move over an image; padding is on each side of height and width. */
export interface WindowMoves {
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: number;
}

/**
 * Surrounds an image `[batch, height, width, channels]` by its padding, as far as a window reaches it: TensorFlow's own
 * explicit padding leaves the fast kernels, and of a window with steps the far side often reads none.
 */
export function padded(x: tf.Tensor4D, moves: WindowMoves, value = 0): tf.Tensor4D {
  const [, height, width] = x.shape;
  const rows = around(height, moves.kernel[0], moves);
  const columns = around(width, moves.kernel[1], moves);
  const isBare = [...rows, ...columns].every((cells) => cells === 0);
  return isBare ? x : tf.pad(x, [[0, 0], rows, columns, [0, 0]], value);
}

function around(
  size: number,
  kernel: number,
  { stride, padding }: WindowMoves,
): [before: number, after: number] {
  const outputs = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  return [padding, Math.max(0, (outputs - 1) * stride + kernel - padding - size)];
}
