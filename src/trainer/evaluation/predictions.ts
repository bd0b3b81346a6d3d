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

/** Concatenates the outputs of successive batches: tensors of `[samples, ...]` by name. */
export class Predictions {
  readonly #columns = new Map<string, Column>();

  /** Adds a batch's outputs, and disposes them. */
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
 * Reads the values of an output, and disposes it.
 * @param samples the number of rows that it must have, if known.
 * @throws FulgurError `module` for unsupported types and for a wrong number of rows.
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
      fix: 'Return float32, int32 or bool.',
    });
  }
  if (samples !== undefined && shape[0] !== samples) {
    throw new FulgurError('module', {
      what: `predictStep gave ${shape[0]} rows of '${name}' for a batch of ${samples} samples.`,
      fix: 'Return one row for each sample, in the order of the batch.',
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
