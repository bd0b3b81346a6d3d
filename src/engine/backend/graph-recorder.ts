import { FulgurError } from '../../errors';
import type {
  GraphAttribute,
  GraphConstant,
  GraphDtype,
  GraphFacts,
  GraphNode,
  GraphValue,
} from '../../graph';
import { arrayClass, dataTypes } from '../native/data-types';
import type { GraphOutput } from '../native/native-library';
import { hostBytes } from '../native/native-tensors';
import type { HostValues } from '../native/native-tensors';
import type { OpDefinition } from '../native/op-definitions';
import type { HandleFacts } from './eager-runner';
import { attributeKinds } from './op-attributes';
import type { OpAttribute } from './op-attributes';

/**
 * The known facts about an outside value that a recorded function reads: a weight's name, and the module that owns it.
 */
export interface OutsideValue {
  readonly name: string;
  readonly module: string;
}

/** An operation that was added to the graph, as the builder knows it. */
export interface RecordedOperation {
  readonly op: string;
  readonly definition: OpDefinition;
  readonly attributes: readonly OpAttribute[];
  readonly inputs: readonly GraphOutput[];
  readonly outputs: readonly GraphOutput[];
  readonly facts: readonly HandleFacts[];
}

/**
 * Keeps the operations that a trace adds to its graph as plain data, each one under the module in whose `forward` it
 * was made. Nothing in it refers to TensorFlow's memory.
 */
export class GraphRecorder {
  readonly nodes: GraphNode[] = [];
  readonly #places: string[] = [];
  readonly #names = new Set<string>();
  readonly #nodeOf = new Map<unknown, string>();

  /**
   * @param function_ the recorded function, for errors.
   * @param constants outside values by the engine's ids; recorders that share the map read each value once.
   */
  constructor(
    readonly functionName: string,
    private readonly constants: Map<number, GraphConstant>,
    private readonly outside: ReadonlyMap<number, OutsideValue>,
  ) {}

  /** The current module, by its name below the root: `backbone.layer1`; `''` outside all. */
  get module(): string {
    return this.#places.at(-1) ?? '';
  }

  /** Assigns everything that `run` adds to `module`. */
  within<T>(module: string, run: () => T): T {
    this.#places.push(module);
    try {
      return run();
    } finally {
      this.#places.pop();
    }
  }

  /** Returns the node's value of a symbol of the graph. */
  valueOf({ oper, index }: GraphOutput): GraphValue {
    const node = this.#nodeOf.get(oper);
    if (node === undefined) throw new Error('A recorded graph reads an operation that it does not hold');
    return { node, output: index };
  }

  placeholder(name: string, output: GraphOutput, { shape, dtype }: HandleFacts): void {
    const facts = { shape, dtype: this.#dtype('Placeholder', dtype) };
    const attributes = {
      dtype: { kind: 'type', value: facts.dtype },
      shape: { kind: 'shape', value: shape },
    } as const;
    const node = { name: this.#unique(name), op: 'Placeholder', inputs: [], attributes, outputs: [facts] };
    this.#add({ ...node, module: '' }, output);
  }

  /** Returns an outside value, which `read` returns. */
  captured(id: number, output: GraphOutput, facts: HandleFacts, read: () => unknown): void {
    const { name, module } = this.outside.get(id) ?? { name: 'constant', module: this.module };
    let constant = this.constants.get(id);
    if (constant === undefined) {
      constant = this.#constant(facts.shape, facts.dtype, read() as HostValues);
      this.constants.set(id, constant);
    }
    this.#addConstant(joined(module, name), module, constant, output);
  }

  constant(output: GraphOutput, shape: readonly number[], dtype: number, values: HostValues): void {
    const constant = this.#constant(shape, dtype, values);
    this.#addConstant(joined(this.module, 'Const'), this.module, constant, output);
  }

  operation({ op, definition, attributes, inputs, outputs, facts }: RecordedOperation): void {
    const values = inputs.map((input) => this.valueOf(input));
    const dtypes = values.map(({ node, output }) => this.#facts(node, output).dtype);
    const given = attributes
      .filter(({ name }) => !definition.inferred.has(name))
      .map((attribute) => [attribute.name, this.#attribute(op, attribute)] as const);
    // The name in tfjs; the two do the same, and other programs know the newer one better.
    const known = op === 'Add' ? 'AddV2' : op;
    const node = {
      name: this.#unique(joined(this.module, known)),
      op: known,
      inputs: values,
      attributes: { ...Object.fromEntries(given), ...inferredAttributes(definition, attributes, dtypes) },
      outputs: facts.map(({ shape, dtype }): GraphFacts => ({ shape, dtype: this.#dtype(op, dtype) })),
      module: this.module,
    };
    this.nodes.push(node);
    this.#byName.set(node.name, node);
    this.#nodeOf.set(outputs[0]?.oper, node.name);
  }

  readonly #byName = new Map<string, GraphNode>();

  #facts(node: string, output: number): GraphFacts {
    return this.#byName.get(node)?.outputs[output] as GraphFacts;
  }

  #add(node: GraphNode, output: GraphOutput): void {
    this.nodes.push(node);
    this.#byName.set(node.name, node);
    this.#nodeOf.set(output.oper, node.name);
  }

  #addConstant(name: string, module: string, constant: GraphConstant, output: GraphOutput): void {
    const { dtype, shape } = constant;
    this.#add(
      {
        ...{ name: this.#unique(name), op: 'Const', inputs: [], module, constant },
        attributes: { dtype: { kind: 'type', value: dtype } },
        outputs: [{ dtype, shape }],
      },
      output,
    );
  }

  #constant(shape: readonly number[], dtype: number, values: HostValues): GraphConstant {
    const name = this.#dtype('Const', dtype);
    if (name === 'string')
      throw this.refusal('it computes with texts, which the constants of a graph cannot contain');
    const bytes = hostBytes(dtype, values);
    const copy = new Uint8Array(bytes).buffer;
    return { dtype: name, shape: [...shape], values: new (arrayClass(dtype))(copy) };
  }

  #attribute(op: string, { type, value }: OpAttribute): GraphAttribute {
    switch (type) {
      case attributeKinds.string: {
        const text = typeof value === 'string' ? value : Buffer.from(value as Uint8Array).toString();
        return { kind: 'string', value: text };
      }
      case attributeKinds.int:
        return Array.isArray(value)
          ? { kind: 'ints', value: value.map(Number) }
          : { kind: 'int', value: Number(value) };
      case attributeKinds.float:
        return { kind: 'float', value: Number(value) };
      case attributeKinds.bool:
        return { kind: 'bool', value: value === true };
      case attributeKinds.shape:
        return { kind: 'shape', value: [...(value as number[])] };
      default:
        return { kind: 'type', value: this.#dtype(op, Number(value)) };
    }
  }

  #dtype(op: string, dtype: number): GraphDtype {
    const name = dtypeNames.get(dtype);
    if (name !== undefined) return name;
    throw this.refusal(`its operation '${op}' returns values of a type that a frozen graph cannot have`);
  }

  /** Returns an error that explains why the current module cannot be frozen. */
  refusal(reason: string, fix?: string): FulgurError {
    return cannotFreeze(this.functionName, this.module, reason, fix);
  }

  #unique(name: string): string {
    const plain = name.replace(/[^\w./-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n$&');
    let unique = plain;
    for (let count = 1; this.#names.has(unique); count++) unique = `${plain}_${count}`;
    this.#names.add(unique);
    return unique;
  }
}

/** Returns an error that explains why a function cannot become a self-contained graph. */
export function cannotFreeze(
  functionName: string,
  module: string,
  reason: string,
  fix = 'Compute it only from the images and the weights, in the same way for batches of every size.',
): FulgurError {
  const place = module === '' ? functionName : `module '${module}' of ${functionName}`;
  return new FulgurError('module', { what: `Freezing failed at ${place}: ${reason}.`, fix });
}

const dtypeNames: ReadonlyMap<number, GraphDtype> = new Map(
  (['float32', 'int32', 'int64', 'bool', 'uint8', 'string'] as const).map((name) => [dataTypes[name], name]),
);

/** Converts `backbone.layer1` and `Conv2D` to `backbone/layer1/Conv2D`. */
function joined(module: string, name: string): string {
  return module === '' ? name : `${module.replaceAll('.', '/')}/${name}`;
}

/** Attributes that are determined by the inputs, which files of graphs contain explicitly. */
function inferredAttributes(
  { inputs }: OpDefinition,
  attributes: readonly OpAttribute[],
  dtypes: readonly GraphDtype[],
): Record<string, GraphAttribute> {
  const inferred: Record<string, GraphAttribute> = {};
  const singles = inputs.filter(({ list }) => list === null).length;
  let used = 0;
  for (const { list, typeAttribute } of inputs) {
    const given = attributes.find(({ name }) => name === list)?.value;
    const length = list === null ? 1 : typeof given === 'number' ? given : dtypes.length - singles;
    const dtype = dtypes[used];
    if (list !== 'types' && typeAttribute !== null && dtype !== undefined)
      inferred[typeAttribute] = { kind: 'type', value: dtype };
    if (list !== null && list !== 'types') inferred[list] = { kind: 'int', value: length };
    used += length;
  }
  return inferred;
}
