/** Types of elements that a graph's values have, by TensorFlow's names without their prefix. */
export type GraphDtype = 'float32' | 'int32' | 'int64' | 'bool' | 'uint8' | 'string';

/** A shape; `null` stands for the batch, whose size is free. */
export type GraphShape = readonly (number | null)[];

/** What is known of a value without running the graph. */
export interface GraphFacts {
  readonly dtype: GraphDtype;
  readonly shape: GraphShape;
}

/** An output of a node. */
export interface GraphValue {
  /** The node's name. */
  readonly node: string;
  /** Which of its outputs, from 0. */
  readonly output: number;
}

/** Elements of a constant, row by row. */
export interface GraphConstant {
  readonly dtype: GraphDtype;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** An attribute of an operation, by the kind that TensorFlow's registry gives it. */
export type GraphAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'type'; readonly value: GraphDtype }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'shape'; readonly value: GraphShape };

/** One operation: TensorFlow's, with its inputs in order. Images are `[batch, height, width, channels]`. */
export interface GraphNode {
  /** Unique in the graph, and made of the module's path: `backbone/layer1/0/conv1/Conv2D`. */
  readonly name: string;
  /** TensorFlow's name: `Conv2D`. `Placeholder` and `Const` take no inputs. */
  readonly op: string;
  readonly inputs: readonly GraphValue[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
  readonly outputs: readonly GraphFacts[];
  /** Path of the module in whose `forward` it was made, with dots: `backbone.layer1.0.conv1`; `''` outside of all. */
  readonly module: string;
  /** Of a `Const`. */
  readonly constant?: GraphConstant;
}

/**
 * A function of one batch as a graph: what a traced evaluation computes, with its weights as constants. Plain data, which
 * every format of export is written from, and which the engine can run.
 */
export interface FrozenGraph {
  /** Each node stands behind those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** The placeholders, in the order of the arguments. */
  readonly inputs: readonly (GraphFacts & { readonly name: string })[];
  readonly outputs: readonly (GraphFacts & { readonly name: string; readonly value: GraphValue })[];
}
