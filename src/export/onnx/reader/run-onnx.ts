import * as tf from '@tensorflow/tfjs-core';
import { onnxModels, onnxTypes } from '../onnx-messages';
import type { OnnxTensor } from '../onnx-messages';
import { NodeReader } from './node-reader';
import { dtypeOf, operations } from './operations';

/**
 * Computes the first output of an ONNX file, operation by operation, with our own engine: slower than a runtime, but
 * enough for an installed package to check what it wrote.
 *
 * @param file an ONNX model with the operations that are written here.
 * @param input values of the file's only input, in its layout.
 * @returns the numbers of the output, row by row.
 */
export async function runOnnx(
  file: Uint8Array,
  input: { readonly shape: readonly number[]; readonly values: Float32Array | Uint8Array },
): Promise<Float32Array> {
  const { graph } = onnxModels.decode(file);
  const [first] = graph.input;
  const [result] = graph.output;
  if (first === undefined || result === undefined)
    throw new Error('the ONNX model has no input or no output');
  const output = tf.tidy(() => {
    const values = new Map<string, tf.Tensor>();
    for (const constant of graph.initializer) values.set(constant.name, tensorOf(constant));
    const isFloat = input.values instanceof Float32Array;
    values.set(first.name, tf.tensor(input.values, [...input.shape], isFloat ? 'float32' : 'int32'));
    for (const node of graph.node) {
      const compute = operations[node.opType];
      if (compute === undefined) throw new Error(`the reader does not support the operation ${node.opType}`);
      const inputs = node.input.map((name) => (name === '' ? null : valueOf(values, name)));
      const computed = compute(new NodeReader(node, inputs));
      for (const [index, tensor] of (Array.isArray(computed) ? computed : [computed]).entries()) {
        values.set(node.output[index] ?? '', tensor);
      }
    }
    return valueOf(values, result.name);
  });
  try {
    return new Float32Array(await output.data());
  } finally {
    output.dispose();
  }
}

function valueOf(values: ReadonlyMap<string, tf.Tensor>, name: string): tf.Tensor {
  const found = values.get(name);
  if (found === undefined) throw new Error(`no node produces the value '${name}'`);
  return found;
}

function tensorOf({ rawData, dims, dataType }: OnnxTensor): tf.Tensor {
  // Copied, since parts of a file need not be aligned.
  const { buffer } = new Uint8Array(rawData);
  return tf.tensor(elementsOf(buffer, dataType), [...dims], dtypeOf(dataType));
}

function elementsOf(buffer: ArrayBuffer, dataType: number): Float32Array | Int32Array | Uint8Array {
  if (dataType === onnxTypes.float32) return new Float32Array(buffer);
  if (dataType === onnxTypes.int64) return Int32Array.from(new BigInt64Array(buffer), Number);
  return dataType === onnxTypes.int32 ? new Int32Array(buffer) : new Uint8Array(buffer);
}
