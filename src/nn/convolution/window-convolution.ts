import * as tf from '@tensorflow/tfjs-core';
import type { AxisGeometry, Convolution, Window } from './geometry';

/** As many outputs along an axis as are worth a product each. */
const FEW = 2;

/** Whether there are so few outputs that most taps of a convolution would only meet padding. */
export function hasFewWindows({ rows, columns }: Convolution): boolean {
  return rows.output <= FEW && columns.output <= FEW;
}

/**
 * A convolution as one product for each output position, of what it sees and the taps that meet it:
 * `[batch, height·width·in] · [height·width·in, out]`. Positions that see the same share one product.
 */
export function windowConvolution({ x, weight, rows, columns }: Convolution): tf.Tensor4D {
  const [batch] = x.shape;
  const [, , inChannels, outChannels] = weight.shape;

  const seen = (row: Window, column: Window): tf.Tensor2D =>
    tf.reshape(tf.slice(x, [0, row.from, column.from, 0], [batch, row.size, column.size, inChannels]), [
      batch,
      row.size * column.size * inChannels,
    ]);
  const taps = (row: Window, column: Window): tf.Tensor2D =>
    tf.reshape(
      tf.slice(weight, [row.tap, column.tap, 0, 0], [row.size, column.size, inChannels, outChannels]),
      [row.size * column.size * inChannels, outChannels],
    );

  const strips = windowGroups(rows).map((rowGroup) =>
    windowGroups(columns).map((columnGroup) => {
      const matrices = rowGroup.flatMap((r) => columnGroup.map((c) => taps(r, c)));
      const product = tf.matMul(seen(rowGroup[0], columnGroup[0]), joined(matrices, 1));
      return tf.reshape(product, [batch, rowGroup.length, columnGroup.length, outChannels]);
    }),
  );
  return joined(
    strips.map((strip) => joined(strip, 2)),
    1,
  ) as tf.Tensor4D;
}

/** Windows that see the same, by different taps. */
type WindowGroup = [Window, ...Window[]];

/** The windows along an axis; neighbours that see the same are together. */
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
