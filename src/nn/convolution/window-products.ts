import * as tf from '@tensorflow/tfjs-core';
import type { AxisGeometry, Window } from './geometry';
import type { ProductForm } from './product-form';

/** The largest number of outputs along an axis for which a product each is worthwhile. */
const FEW = 2;

/** Windows that cover the same part of the input, with different taps. */
type WindowGroup = [Window, ...Window[]];

/**
 * A convolution with so few outputs that most of its taps would only meet padding, as one product for each output
 * position, of the inputs that it covers and the taps that meet them: `[batch, height·width·in] · [height·width·in,
 * out]`. Positions that cover the same inputs share one product.
 */
export const windowProducts: ProductForm = {
  name: 'window products',

  // Where the padding is as wide as the kernel, a window may cover only padding.
  takes: ({ rows, columns, padding }) =>
    [rows, columns].every(({ output, kernel }) => output <= FEW && padding < kernel),

  matrices({ weight, rows, columns }) {
    const [, , inChannels, outChannels] = weight.shape;
    const taps = (row: Window, column: Window): tf.Tensor2D =>
      tf.reshape(
        tf.slice(weight, [row.tap, column.tap, 0, 0], [row.size, column.size, inChannels, outChannels]),
        [row.size * column.size * inChannels, outChannels],
      );
    return windowGroups(rows).flatMap((rowGroup) =>
      windowGroups(columns).map((columnGroup) => {
        const parts = rowGroup.flatMap((row) => columnGroup.map((column) => taps(row, column)));
        return joined(parts, 1);
      }),
    );
  },

  multiply({ x, weight, rows, columns }, matrices) {
    const [batch, , , inChannels] = x.shape;
    const seen = (row: Window, column: Window): tf.Tensor2D =>
      tf.reshape(tf.slice(x, [0, row.from, column.from, 0], [batch, row.size, column.size, inChannels]), [
        batch,
        row.size * column.size * inChannels,
      ]);
    const columnGroups = windowGroups(columns);
    const strips = windowGroups(rows).map((rowGroup, strip) => {
      const blocks = columnGroups.map((columnGroup, position) => {
        const matrix = matrices[strip * columnGroups.length + position] as tf.Tensor2D;
        const product = tf.matMul(seen(rowGroup[0], columnGroup[0]), matrix);
        return tf.reshape(product, [batch, rowGroup.length, columnGroup.length, weight.shape[3]]);
      });
      return joined(blocks, 2);
    });
    return joined(strips, 1) as tf.Tensor4D;
  },
};

/** Returns the windows along an axis; neighbours that cover the same inputs are grouped. */
function windowGroups(axis: AxisGeometry): WindowGroup[] {
  const groups: WindowGroup[] = [];
  for (let output = 0; output < axis.output; output++) {
    const window = axis.window(output);
    const last = groups.at(-1);
    if (last?.[0].from === window.from && last[0].size === window.size) last.push(window);
    else groups.push([window]);
  }
  return groups;
}

function joined<T extends tf.Tensor>(tensors: readonly T[], axis: number): T {
  const [first] = tensors;
  return first !== undefined && tensors.length === 1 ? first : tf.concat([...tensors], axis);
}
