import * as tf from '@tensorflow/tfjs-core';
import { engineInfo, isFreezing, runOp } from '../engine';
import type { OpAttributes } from '../engine';
import { FulgurError } from '../errors';
import { withGradient } from './custom-gradient';

/**
 * Returns the same values, with which `bf16-mixed` computes in float32 from here on, up to the next convolution or
 * `tf.matMul`, for which it rounds them. The gradient is also float32 on the way back to here.
 *
 * TensorFlow rounds a product's inputs and result to bfloat16, and with them the operations between two products, such
 * as additions and multiplications. An operation that is on none of its lists stops this: here a pair of `Bitcast`s,
 * which costs nothing.
 */
export function float32Barrier<T extends tf.Tensor>(x: T): T {
  if (isFreezing()) return x;
  return withGradient<T>([x], () => ({ value: unseen(x), gradient: (dy) => unseen(dy) }));
}

/**
 * Computes `tf.matMul` with factors, result and gradients that stay float32 under `bf16-mixed`: for similarities, where
 * a softmax at a low temperature would amplify bfloat16's rounding a hundredfold. Takes matrices, or batches of them
 * with equal batch axes.
 *
 * @param a `[..., rows, inner]`, or `[..., inner, rows]` with `transposeA`
 * @param b `[..., inner, columns]`, or `[..., columns, inner]` with `transposeB`
 * @returns `[..., rows, columns]`
 * @throws FulgurError `module` if the shapes do not fit.
 */
export function exactMatMul<T extends tf.Tensor>(
  a: T,
  b: NoInfer<T>,
  transposeA = false,
  transposeB = false,
): T {
  requireFactors(a, b, transposeA, transposeB);
  if (isFreezing()) return tf.matMul<T>(a, b, transposeA, transposeB);
  return withGradient<T>([a, b], () => ({
    value: product(a, b, transposeA, transposeB) as T,
    saved: [a, b],
    gradient: (dy, [left, right]) => {
      const [x, y] = [left as tf.Tensor, right as tf.Tensor];
      return [
        transposeA ? product(y, dy, transposeB, true) : product(dy, y, false, !transposeB),
        transposeB ? product(dy, x, true, transposeA) : product(x, dy, !transposeA, false),
      ];
    },
  }));
}

/**
 * On CPUs, the only devices where `bf16-mixed` has an effect, the one kind of product that TensorFlow never computes in
 * bfloat16.
 */
function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  if (engineInfo().device !== 'cpu') return tf.matMul(a, b, transposeA, transposeB);
  const type = { type: 'type', value: 'float32' } as const;
  const attributes: OpAttributes = {
    ...{ Ta: type, Tb: type, Tout: type },
    adj_x: { type: 'bool', value: transposeA },
    adj_y: { type: 'bool', value: transposeB },
  };
  return single(runOp('BatchMatMulV3', attributes, [a, b], 1));
}

function unseen<T extends tf.Tensor>(x: T): T {
  const [float32, int32] = (['float32', 'int32'] as const).map((value) => ({ type: 'type', value }) as const);
  return tf.tidy(() => {
    const bits = runOp('Bitcast', { T: float32, type: int32 } as OpAttributes, [x], 1);
    return single(runOp('Bitcast', { T: int32, type: float32 } as OpAttributes, bits, 1)) as T;
  });
}

function single(results: readonly tf.Tensor[]): tf.Tensor {
  const [result] = results;
  if (result === undefined) throw new Error('The operation returned no result.');
  return result;
}

function requireFactors(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): void {
  const inner = a.shape[a.rank - (transposeA ? 2 : 1)];
  const other = b.shape[b.rank - (transposeB ? 1 : 2)];
  const sameBatches = tf.util.arraysEqual(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (a.rank >= 2 && a.rank === b.rank && inner === other && sameBatches) return;
  const described = (x: tf.Tensor, transposed: boolean): string =>
    `[${x.shape.join(', ')}]${transposed ? ' (transposed)' : ''}`;
  throw new FulgurError('module', {
    what: `exactMatMul got factors of shape ${described(a, transposeA)} and ${described(b, transposeB)}.`,
    fix: 'Use matrices with the same inner length, or batches of them with the same batch axes.',
  });
}
