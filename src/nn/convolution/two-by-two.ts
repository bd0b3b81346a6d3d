import * as tf from '@tensorflow/tfjs-core';
import type { ProductForm } from './product-form';

type Pair = [tf.Tensor, tf.Tensor];
type Triple = [tf.Tensor, tf.Tensor, tf.Tensor];

/**
 * A 3×3 convolution on a 2×2 map in 9 products `[batch, in] · [in, out]` instead of 16. Along one axis the taps a, b, c
 * give y₀ = b·x₀ + c·x₁ and y₁ = a·x₀ + b·x₁, which is
 *
 *     y₀ = b·(x₀ + x₁) + (c − b)·x₁        y₁ = b·(x₀ + x₁) + (a − b)·x₀
 *
 * with three products instead of four, and the same along the other axis.
 *
 * Source: Winograd, "Arithmetic complexity of computations" (1980), F(2, 2); Lavin and Gray, "Fast algorithms for
 * convolutional neural networks" (2016).
 */
export const twoByTwo: ProductForm = {
  name: 'two by two',

  takes({ rows, columns, stride, padding }) {
    const fits = [rows, columns].every(({ input, kernel }) => input === 2 && kernel === 3);
    return fits && stride === 1 && padding === 1;
  },

  matrices({ weight }) {
    const [, , inChannels, outChannels] = weight.shape;
    const rowTaps = tf.concat(differences(tf.split(weight, 3, 0) as Triple), 0);
    const taps = tf.stack(differences(tf.split(rowTaps, 3, 1) as Triple));
    return [tf.reshape(taps, [9, inChannels, outChannels])];
  },

  multiply({ x, weight }, [matrices]) {
    const [batch] = x.shape;
    const [, , inChannels, outChannels] = weight.shape;
    const rows = tf.unstack(tf.reshape(x, [batch, 2, 2 * inChannels]), 1) as Pair;
    const columns = tf.split(tf.stack(sums(rows)), 2, 2) as Pair;
    const points = tf.reshape<tf.Rank.R3>(tf.stack(sums(columns)), [9, batch, inChannels]);

    const products = tf.matMul(points, matrices as tf.Tensor3D);

    const byColumn = tf.unstack(tf.reshape(products, [3, 3, batch, outChannels])) as Triple;
    const byRow = tf.unstack(tf.concat(outputs(byColumn), 2)) as Triple;
    return tf.reshape(tf.concat(outputs(byRow), 1), [batch, 2, 2, outChannels]);
  },
};

function sums([first, second]: Pair): Triple {
  return [tf.add(first, second), second, first];
}

function differences([a, b, c]: Triple): Triple {
  return [b, tf.sub(c, b), tf.sub(a, b)];
}

function outputs([shared, first, second]: Triple): Pair {
  return [tf.add(shared, first), tf.add(shared, second)];
}
