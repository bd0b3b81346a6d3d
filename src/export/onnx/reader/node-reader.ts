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
    const found = this.#attributes.get(name);
    // A zero may be left out of a message.
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

/** Computes an operation of ONNX by tfjs; results belong to the caller's tidy. */
export type Operation = (node: NodeReader) => tf.Tensor | tf.Tensor[];
