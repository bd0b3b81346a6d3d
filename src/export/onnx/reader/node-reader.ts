import type * as tf from '@tensorflow/tfjs-core';
import type { OnnxAttribute, OnnxNode } from '../onnx-messages';

/** A view of a node for computing it. */
export class NodeReader {
  readonly #attributes: ReadonlyMap<string, OnnxAttribute>;

  /** @param inputs `null` for an omitted input. */
  constructor(
    readonly node: OnnxNode,
    readonly inputs: readonly (tf.Tensor | null)[],
  ) {
    this.#attributes = new Map(node.attribute.map((attribute) => [attribute.name, attribute]));
  }

  /** Returns an input by index. */
  x(index = 0): tf.Tensor {
    const tensor = this.inputs[index];
    if (tensor == null) throw new Error(`the node '${this.node.name}' has no input ${index}`);
    return tensor;
  }

  /** Returns the numbers of an input that parametrises the operation. */
  numbers(index: number): number[] {
    return Array.from(this.x(index).dataSync());
  }

  int(name: string, otherwise: number): number {
    const found = this.#attributes.get(name);
    // A zero may be omitted from a message.
    return found === undefined ? otherwise : (found.i ?? 0);
  }

  float(name: string, otherwise: number): number {
    const found = this.#attributes.get(name);
    return found === undefined ? otherwise : (found.f ?? 0);
  }

  text(name: string, otherwise: string): string {
    const found = this.#attributes.get(name);
    return found === undefined ? otherwise : Buffer.from(found.s ?? []).toString();
  }

  ints(name: string, otherwise: readonly number[]): readonly number[] {
    const found = this.#attributes.get(name);
    return found === undefined ? otherwise : (found.ints ?? []);
  }
}

/** Computes an ONNX operation with tfjs; results belong to the caller's tidy. */
export type Operation = (node: NodeReader) => tf.Tensor | tf.Tensor[];
