import * as tf from '@tensorflow/tfjs-core';
import type { StateTensor } from '../../contracts';
import { descriptionOf } from '../parameter';
import type { VariableDescription } from '../parameter';
import { storedShape, toInternal, toStored } from './layout';

const plainVariable: VariableDescription = {
  role: 'buffer',
  layout: 'plain',
  storedAs: 'F32',
  ranks: 'same',
  isWeight: false,
};

/** Returns the element type and shape of a variable in state dicts. */
export function storedForm(variable: tf.Variable): Pick<StateTensor, 'dtype' | 'shape'> {
  const { layout, storedAs } = descriptionOf(variable) ?? plainVariable;
  return { dtype: storedAs, shape: storedShape(layout, variable.shape) };
}

/** Returns a copy of a variable's values, as a state dict contains them. */
export function readVariable(variable: tf.Variable): StateTensor {
  const { layout } = descriptionOf(variable) ?? plainVariable;
  const form = storedForm(variable);
  const values = toStored(layout, variable.dataSync(), variable.shape);
  return { ...form, data: form.dtype === 'I64' ? BigInt64Array.from(values, BigInt) : values };
}

/** Sets a variable from a state tensor of exactly its stored form, with values that `loadState` has checked. */
export function writeVariable(variable: tf.Variable, { data, shape }: StateTensor): void {
  const { layout } = descriptionOf(variable) ?? plainVariable;
  const narrow = typeof data[0] === 'bigint' ? Int32Array.from(data as BigInt64Array, Number) : data;
  const values = toInternal(layout, narrow as Exclude<StateTensor['data'], BigInt64Array>, shape);
  tf.tidy(() => variable.assign(tf.tensor(values, variable.shape, variable.dtype)));
}
