/** Element types of a graph's values, by TensorFlow's names without their prefix. */
export type GraphDtype = 'float32' | 'int32' | 'int64' | 'bool' | 'uint8' | 'string';

/** A shape; `null` stands for the free batch size. */
export type GraphShape = readonly (number | null)[];

/** Facts about a value that are known without running the graph. */
export interface GraphFacts {
  readonly dtype: GraphDtype;
  readonly shape: GraphShape;
}

/** An output of a node. */
export interface GraphValue {
  /** The node's name. */
  readonly node: string;
  /** Index of the output, from 0. */
  readonly output: number;
}

/** Elements of a constant, row-major. */
export interface GraphConstant {
  readonly dtype: GraphDtype;
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** An attribute of an operation, by its kind in TensorFlow's registry. */
export type GraphAttribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'type'; readonly value: GraphDtype }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'shape'; readonly value: GraphShape };

/** One TensorFlow operation, with its inputs in order. Images are `[batch, height, width, channels]`. */
export interface GraphNode {
  /** Name, unique in the graph and derived from the module's path: `backbone/layer1/0/conv1/Conv2D`. */
  readonly name: string;
  /** TensorFlow's name: `Conv2D`. `Placeholder` and `Const` take no inputs. */
  readonly op: string;
  readonly inputs: readonly GraphValue[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
  readonly outputs: readonly GraphFacts[];
  /** Dotted path of the module in whose `forward` it was made: `backbone.layer1.0.conv1`; `''` outside all modules. */
  readonly module: string;
  /** Elements of a `Const`. */
  readonly constant?: GraphConstant;
}

/**
 * A function of one batch as a graph: the computation of a traced evaluation, with its weights as constants. It is
 * plain data from which every export format is written and which the engine can run.
 */
export interface FrozenGraph {
  /** Each node follows those that it reads. */
  readonly nodes: readonly GraphNode[];
  /** The placeholders, in the order of the arguments. */
  readonly inputs: readonly (GraphFacts & { readonly name: string })[];
  readonly outputs: readonly (GraphFacts & { readonly name: string; readonly value: GraphValue })[];
}
