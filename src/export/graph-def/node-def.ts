import { dataTypes, operationInputs } from '../../engine';
import type { InputDefinition } from '../../engine';
import type { FrozenGraph, GraphAttribute, GraphDtype, GraphNode, GraphShape, GraphValue } from '../../graph';
import { validNames } from './node-names';

/** `GraphDef.versions` of TensorFlow 2.11: every later version reads it and computes these operations in the same way. */
export const graphVersions = { producer: 1286, minConsumer: 12 } as const;

/** `TensorShapeProto`: a size of -1 is free. */
export interface TensorShape {
  readonly dim: readonly { readonly size: number }[];
}

/** `TensorProto`, little-endian and row-major. */
export interface TensorDef {
  readonly dtype: number;
  readonly tensorShape: TensorShape;
  readonly tensorContent: Uint8Array;
}

/** `AttrValue`: one of its fields. */
export interface AttrValue {
  readonly s?: Uint8Array;
  readonly i?: number;
  readonly f?: number;
  readonly b?: boolean;
  readonly type?: number;
  readonly shape?: TensorShape;
  readonly tensor?: TensorDef;
  readonly list?: {
    readonly s?: readonly Uint8Array[];
    readonly i?: readonly number[];
    readonly type?: readonly number[];
  };
}

/** `NodeDef`; inputs are `node` or `node:output`. Source: `tensorflow/core/framework/node_def.proto`. */
export interface NodeDef {
  readonly name: string;
  readonly op: string;
  readonly input: readonly string[];
  readonly attr: Readonly<Record<string, AttrValue>>;
}

/** `TensorInfo`: an input or output of a signature; `name` is `node:output`. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: number;
  readonly tensorShape: TensorShape;
}

/** A graph as TensorFlow's own formats write it. */
export interface GraphParts {
  readonly nodes: readonly NodeDef[];
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly outputs: Readonly<Record<string, TensorInfo>>;
}

/** Looks up the inputs from which an operation's attributes are derived: `operationInputs`, or a test's own function. */
export type InputRegistry = (op: string) => readonly InputDefinition[];

/**
 * Converts a frozen graph to the form of TensorFlow's own formats: names of nodes are valid, attributes that are
 * derived from the inputs are present, and each output is an `Identity` under its own name.
 *
 * @throws FulgurError `engine` before the engine is started.
 */
export function graphParts(graph: FrozenGraph, registry: InputRegistry = operationInputs): GraphParts {
  const names = validNames(
    graph.nodes.map(({ name }) => name),
    graph.outputs.map(({ name }) => name),
  );
  const byName = new Map(graph.nodes.map((node) => [node.name, node]));
  const inputOf = ({ node, output }: GraphValue): string => {
    const name = names.nodes.get(node);
    if (name === undefined) throw new Error(`the graph reads '${node}', which it does not contain`);
    return output === 0 ? name : `${name}:${output}`;
  };
  const typeOf = ({ node, output }: GraphValue): number =>
    dataTypes[byName.get(node)?.outputs[output]?.dtype ?? 'float32'];
  const nodes = graph.nodes.map((node): NodeDef => ({
    name: names.nodes.get(node.name) ?? node.name,
    op: node.op,
    input: node.inputs.map(inputOf),
    attr: attributesOf(node, typeOf, registry),
  }));
  const identities = graph.outputs.map(({ value, dtype }, index): NodeDef => ({
    name: names.outputs[index] ?? '',
    op: 'Identity',
    input: [inputOf(value)],
    attr: { T: { type: dataTypes[dtype] } },
  }));
  const info = (name: string, dtype: GraphDtype, shape: GraphShape): TensorInfo => ({
    name: `${name}:0`,
    dtype: dataTypes[dtype],
    tensorShape: shapeOf(shape),
  });
  return {
    nodes: [...nodes, ...identities],
    inputs: Object.fromEntries(
      graph.inputs.map(({ name, dtype, shape }) => [name, info(names.nodes.get(name) ?? name, dtype, shape)]),
    ),
    outputs: Object.fromEntries(
      graph.outputs.map(({ name, dtype, shape }, index) => [
        name,
        info(names.outputs[index] ?? name, dtype, shape),
      ]),
    ),
  };
}

/** `null`, the free batch, is -1. */
export function shapeOf(shape: GraphShape): TensorShape {
  return { dim: shape.map((size) => ({ size: size ?? -1 })) };
}

function attributesOf(
  node: GraphNode,
  typeOf: (value: GraphValue) => number,
  registry: InputRegistry,
): Record<string, AttrValue> {
  const given = Object.entries(node.attributes).map(
    ([name, value]) => [name, attributeValue(value)] as const,
  );
  if (node.constant !== undefined) {
    const { dtype, shape, values } = node.constant;
    const tensor = {
      dtype: dataTypes[dtype],
      tensorShape: shapeOf(shape),
      tensorContent: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
    return { ...Object.fromEntries(given), dtype: { type: tensor.dtype }, value: { tensor } };
  }
  if (node.op === 'Placeholder') {
    const facts = node.outputs[0];
    if (facts === undefined) throw new Error(`the placeholder '${node.name}' has no output`);
    return { dtype: { type: dataTypes[facts.dtype] }, shape: { shape: shapeOf(facts.shape) } };
  }
  return { ...inferred(node, typeOf, registry(node.op)), ...Object.fromEntries(given) };
}

/** Types and lengths of lists, which TensorFlow's own graph builders also fill in. */
function inferred(
  { inputs, attributes }: GraphNode,
  typeOf: (value: GraphValue) => number,
  definitions: readonly InputDefinition[],
): Record<string, AttrValue> {
  const singles = definitions.filter(({ list }) => list === null).length;
  const found: Record<string, AttrValue> = {};
  let used = 0;
  for (const { list, typeAttribute } of definitions) {
    const given = list === null ? undefined : attributes[list];
    const length = list === null ? 1 : given?.kind === 'int' ? given.value : inputs.length - singles;
    const types = inputs.slice(used, used + length).map(typeOf);
    used += length;
    const [type] = types;
    if (list === 'types' && typeAttribute !== null) found[typeAttribute] = { list: { type: types } };
    else if (typeAttribute !== null && type !== undefined) found[typeAttribute] ??= { type };
    if (list !== null && list !== 'types') found[list] = { i: length };
  }
  return found;
}

function attributeValue(attribute: GraphAttribute): AttrValue {
  switch (attribute.kind) {
    case 'int':
      return { i: attribute.value };
    case 'float':
      return { f: attribute.value };
    case 'bool':
      return { b: attribute.value };
    case 'string':
      return { s: Buffer.from(attribute.value) };
    case 'type':
      return { type: dataTypes[attribute.value] };
    case 'ints':
      return { list: { i: attribute.value } };
    case 'shape':
      return { shape: shapeOf(attribute.value) };
  }
}
