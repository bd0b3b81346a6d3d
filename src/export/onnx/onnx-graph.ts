import type { GraphConstant } from '../../graph';
import { attributeTypes, onnxTypes } from './onnx-messages';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-messages';

/** A float attribute; plain numbers are integers. */
export class Float {
  constructor(readonly value: number) {}
}

export type AttributeValue = number | string | readonly number[] | Float;

/** A node that may still be changed, such as a convolution that absorbs the bias that follows it. */
export interface OpenNode {
  name: string;
  opType: string;
  input: string[];
  output: string[];
  attribute: OnnxAttribute[];
}

/** An ONNX graph under construction: nodes in order, constants, and unique names. */
export class OnnxGraph {
  readonly #nodes: OpenNode[] = [];
  readonly #producers = new Map<string, OpenNode>();
  readonly #constants = new Map<string, OnnxTensor>();
  /** Small constants, such as shapes and axes, by their content. */
  readonly #known = new Map<string, string>();
  readonly #names = new Set<string>();

  /** Returns a unique name. */
  name(wanted: string): string {
    for (let count = 0; ; count++) {
      const name = count === 0 ? wanted : `${wanted}_${count}`;
      if (this.#names.has(name)) continue;
      this.#names.add(name);
      return name;
    }
  }

  /**
   * Adds a node with one output.
   *
   * @param label basis of the names of the node and its output.
   * @returns the output's name.
   */
  add(
    opType: string,
    input: readonly string[],
    label: string,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const [output = ''] = this.addMany(opType, input, label, 1, attributes);
    return output;
  }

  /** Adds a node with several outputs. */
  addMany(
    opType: string,
    input: readonly string[],
    label: string,
    outputs: number,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string[] {
    const name = this.name(label);
    const output = Array.from({ length: outputs }, (_, index) =>
      index === 0 ? name : this.name(`${name}:${index}`),
    );
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    const node = { name, opType, input: [...input], output, attribute };
    this.#nodes.push(node);
    for (const value of output) this.#producers.set(value, node);
    return output;
  }

  /** Returns the node that produces a value; `undefined` for inputs and constants. */
  producer(value: string): OpenNode | undefined {
    return this.#producers.get(value);
  }

  /** Returns a constant's name; small constants with equal content are shared. */
  constant({ dtype, shape, values }: GraphConstant, label: string): string {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const key = values.length <= 16 ? `${dtype} ${shape.join(',')}: ${rawData.join(',')}` : null;
    const known = key === null ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.name(label);
    this.#constants.set(name, { dims: shape, dataType: onnxTypes[dtype], name, rawData });
    if (key !== null) this.#known.set(key, name);
    return name;
  }

  /** Adds an int64 list. */
  ints(values: readonly number[], label: string): string {
    return this.constant(int64s(values), label);
  }

  /** Adds a scalar float32. */
  float(value: number, label: string): string {
    return this.constant({ dtype: 'float32', shape: [], values: Float32Array.of(value) }, label);
  }

  /** Returns the nodes on which the outputs depend, in order, and the constants that they read. */
  finish(outputs: readonly string[]): { readonly nodes: OnnxNode[]; readonly constants: OnnxTensor[] } {
    const needed = new Set(outputs);
    const nodes: OnnxNode[] = [];
    for (const node of [...this.#nodes].reverse()) {
      if (!node.output.some((value) => needed.has(value))) continue;
      nodes.unshift(node);
      for (const value of node.input) needed.add(value);
    }
    return { nodes, constants: [...this.#constants.values()].filter(({ name }) => needed.has(name)) };
  }
}

/** A constant int64 list. */
export function int64s(values: readonly number[]): GraphConstant {
  return { dtype: 'int64', shape: [values.length], values: BigInt64Array.from(values, BigInt) };
}

/** Converts an attribute to a message. */
export function attributeOf(name: string, value: AttributeValue): OnnxAttribute {
  if (value instanceof Float) return { name, type: attributeTypes.float, f: value.value };
  if (typeof value === 'number') return { name, type: attributeTypes.int, i: value };
  if (typeof value === 'string') return { name, type: attributeTypes.string, s: Buffer.from(value) };
  return { name, type: attributeTypes.ints, ints: value };
}
