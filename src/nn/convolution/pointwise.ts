import * as tf from '@tensorflow/tfjs-core';
import { everyNth } from './every-nth';
import type { ProductForm } from './product-form';

/**
 * A 1×1 convolution with a stride, as in the shortcuts of residual networks: one product of the positions that it
 * reads, `[batch·positions, in] · [in, out]`.
 */
export const pointwise: ProductForm = {
  name: 'pointwise',

  takes({ rows, columns, stride, padding }) {
    const fits = rows.input % stride === 0 && columns.input % stride === 0;
    return rows.kernel === 1 && columns.kernel === 1 && stride > 1 && padding === 0 && fits;
  },

  matrices({ weight }) {
    const [, , inChannels, outChannels] = weight.shape;
    return [tf.reshape(weight, [inChannels, outChannels])];
  },

  multiply({ x, weight, rows, columns, stride }, [matrix]) {
    const first = { output: 0, input: 0 };
    const seen = everyNth(x, stride, { ...first, count: rows.output }, { ...first, count: columns.output });
    const product = tf.matMul(seen, matrix as tf.Tensor2D);
    return tf.reshape(product, [x.shape[0], rows.output, columns.output, weight.shape[3]]);
  },
};
