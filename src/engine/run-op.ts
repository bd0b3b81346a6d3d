import type { Tensor } from '@tensorflow/tfjs-core';
import { attributeKinds } from './backend/op-attributes';
import { currentEngine } from './current-engine';
import { recordForeign } from './gradient-tape';
import { dataTypeNumber } from './native/data-types';

/** An attribute's value, with its kind from TensorFlow's registry. */
export type OpAttributeValue =
  | { readonly type: 'type'; readonly value: 'float32' | 'int32' | 'int64' | 'bool' | 'uint8' }
  | { readonly type: 'int' | 'float'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'shape' | 'ints'; readonly value: readonly number[] };

/** Attributes by name. */
export type OpAttributes = Readonly<Record<string, OpAttributeValue>>;

/**
 * Runs any operation of TensorFlow, or adds it to the step being traced. It has no gradient of its own: wrap it in
 * `tf.customGrad` if one is needed. Without that, a loss that reaches a parameter through it is an error.
 *
 * @param name - its name in TensorFlow's registry, for example `FusedBatchNormV3`
 * @param outputs - the number of its outputs
 * @throws FulgurError `engine` if TensorFlow rejects it
 */
export function runOp(
  name: string,
  attributes: OpAttributes,
  inputs: readonly Tensor[],
  outputs: number,
): Tensor[] {
  const { binding, backend } = currentEngine();
  const list = Object.entries(attributes).map(([attribute, { type, value }]) => ({
    name: attribute,
    type: type === 'ints' ? attributeKinds.int : attributeKinds[type],
    value: (type === 'type' ? dataTypeNumber(value) : value) as number,
  }));
  const ids = inputs.map((input) => backend.idOf(input));
  const results = binding.executeOp(name, list, ids, outputs).map((metadata) => backend.wrap(metadata));
  recordForeign(name, inputs, results);
  return results;
}
