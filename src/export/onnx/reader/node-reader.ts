import type * as tf from '@tensorflow/tfjs-core';
import type { OnnxAttribute, OnnxNode } from '../onnx-messages';

/** A node as what computes it reads it. */
export class NodeReader {
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;

  /** @param inputs `null` for one that is left out. */
  constructor(
    readonly node: OnnxNode,
    readonly inputs: readonly (tf.Tensor | null)[],
  ) {
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** An input by its place. */
  x(index = 0): tf.Tensor {
    const tensor = this.inputs[index];
    if (tensor == null) throw new Error(`the node '${this.node.name}' has no input ${index}`);
    return tensor;
  }

  /** The numbers of an input that says how something is done. */
  numbers(index: number): number[] {
    return Array.from(this.x(index).dataSync());
  }

  int(name: string, otherwise: number): number {
    return this.#attributes.get(name)?.i ?? otherwise;
  }

  float(name: string, otherwise: number): number {
    return this.#attributes.get(name)?.f ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const bytes = this.#attributes.get(name)?.s;
    return bytes === undefined ? otherwise : Buffer.from(bytes).toString();
  }

  ints(name: string, otherwise: readonly number[]): readonly number[] {
    const found = this.#attributes.get(name);
    return found === undefined ? otherwise : (found.ints ?? []);
  }
}

/** Computes an operation of ONNX by tfjs; results belong to the caller's tidy. */
export type Operation = (node: NodeReader) => tf.Tensor | tf.Tensor[];
