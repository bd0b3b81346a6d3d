import type * as tf from '@tensorflow/tfjs-core';
import type { StateDict, StateDtype, StateTensor } from '../../contracts';
import { FulgurError } from '../../errors';

type Rows = Float32Array | Int32Array | Uint8Array;

interface Column {
  readonly dtype: StateDtype;
  readonly rowShape: readonly number[];
  readonly parts: Rows[];
}

const dtypes: Readonly<Record<string, StateDtype>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };

/** Puts the outputs of batch after batch together: tensors of `[samples, ...]` by name. */
export class Predictions {
  readonly #columns = new Map<string, Column>();

  /** Takes a batch's outputs, and disposes them. */
  async add(outputs: Readonly<Record<string, tf.Tensor>>): Promise<void> {
    for (const [name, tensor] of Object.entries(outputs)) {
      const { dtype, shape, values } = await rowsOf(name, tensor);
      const column = this.#columns.get(name) ?? { dtype, rowShape: shape.slice(1), parts: [] };
      this.#columns.set(name, column);
      column.parts.push(values);
    }
  }

  tensors(): StateDict {
    return new Map([...this.#columns].map(([name, column]) => [name, joined(column)]));
  }
}

/**
 * The values of an output, which is disposed.
 *
 * @param samples rows that it must have, where that is known.
 * @throws FulgurError `module` for other types and other numbers of rows.
 */
export async function rowsOf(
  name: string,
  tensor: tf.Tensor,
  samples?: number,
): Promise<{ dtype: StateDtype; shape: number[]; values: Rows }> {
  const values = await tensor.data<'float32' | 'int32' | 'bool'>();
  const { dtype: type, shape } = tensor;
  tensor.dispose();
  const dtype = dtypes[type];
  if (dtype === undefined) {
    throw new FulgurError('module', {
      what: `predictStep gave '${name}' as ${type}.`,
      fix: 'Give float32, int32 or bool.',
    });
  }
  if (samples !== undefined && shape[0] !== samples) {
    throw new FulgurError('module', {
      what: `predictStep gave ${shape[0]} rows of '${name}' for a batch of ${samples} samples.`,
      fix: 'Return one row for each sample, in their order.',
    });
  }
  return { dtype, shape, values };
}

function joined({ dtype, rowShape, parts }: Column): StateTensor {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const data =
    dtype === 'F32'
      ? new Float32Array(length)
      : dtype === 'I32'
        ? new Int32Array(length)
        : new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  const rowSize = rowShape.reduce((product, size) => product * size, 1);
  return { dtype, shape: [rowSize === 0 ? 0 : length / rowSize, ...rowShape], data };
}
