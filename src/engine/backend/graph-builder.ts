import { FulgurError } from '../../errors';
import { requireMemory } from '../../system';
import { dataTypes, elementBytes } from '../native/data-types';
import { hostBytes, toNativeTensor } from '../native/native-tensors';
import type { HostValues } from '../native/native-tensors';
import type { GraphOutput, NativeLibrary, NativePointer } from '../native/native-library';
import { opDefinition } from '../native/op-definitions';
import { SharedStatus } from '../native/status';
import type { HandleFacts } from './eager-runner';
import type { GraphRecorder } from './graph-recorder';
import { attributeKinds, setAttributes } from './op-attributes';
import type { OpAttribute } from './op-attributes';

/** Batch norm's reserve outputs have no known rank in a graph; only its gradient reads them. */
const OPAQUE_OUTPUTS = new Set(['FusedBatchNormV3']);

/** Larger constants are rarely equal. */
const MOST_SHARED_BYTES = 64;

/** Adds operations to one TensorFlow graph and turns it into a function. */
export class GraphBuilder {
  readonly #graph: NativePointer;
  readonly #status: SharedStatus;
  readonly #constants = new Map<string, GraphOutput>();
  #operations = 0;

  /** @param recorder keeps constants and operations as plain data. */
  constructor(
    private readonly library: NativeLibrary,
    private readonly recorder: GraphRecorder | null = null,
  ) {
    this.#graph = library['TF_NewGraph']!();
    this.#status = new SharedStatus(library);
  }

  get operations(): number {
    return this.#operations;
  }

  placeholder({ shape, dtype }: HandleFacts): GraphOutput {
    return this.#add('Placeholder', (operation) => {
      setAttributes(this.library, 'TF_SetAttr', operation, [
        { name: 'dtype', type: attributeKinds.type, value: dtype },
        { name: 'shape', type: attributeKinds.shape, value: shape },
      ]);
    });
  }

  /** Small constants with equal values are merged: shapes, axes and factors occur hundreds of times. */
  constant(shape: readonly number[], dataType: number, values: HostValues): GraphOutput {
    if (this.recorder !== null) {
      const output = this.#addConstant(shape, dataType, values);
      // Each constant is separate: two that are equal for one batch size may differ for another.
      this.recorder.constant(output, shape, dataType, values);
      return output;
    }
    const key = constantKey(shape, dataType, values);
    if (key === null) return this.#addConstant(shape, dataType, values);
    const output = this.#constants.get(key) ?? this.#addConstant(shape, dataType, values);
    this.#constants.set(key, output);
    return output;
  }

  #addConstant(shape: readonly number[], dataType: number, values: HostValues): GraphOutput {
    const tensor = toNativeTensor(this.library, shape, dataType, values);
    try {
      return this.#add('Const', (operation) => {
        this.#status.check(
          (status) => this.library['TF_SetAttrTensor']!(operation, 'value', tensor, status) as undefined,
        );
        this.library['TF_SetAttrType']!(operation, 'dtype', dataType);
      });
    } finally {
      this.library['TF_DeleteTensor']!(tensor);
    }
  }

  /** Adds an operation, which runs after the producers of `after`; `outputs` of its outputs are returned. */
  operation(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly GraphOutput[],
    outputs: number,
    after: readonly GraphOutput[] = [],
  ): GraphOutput[] {
    const definition = opDefinition(this.library, this.#graph, name);
    const first = this.#add(name, (operation) => {
      this.#addInputs(operation, name, definition.inputs, attributes, inputs);
      for (const { oper } of after) this.library['TF_AddControlInput']!(operation, oper);
      const free = attributes.filter((attribute) => !definition.inferred.has(attribute.name));
      setAttributes(this.library, 'TF_SetAttr', operation, free);
    });
    const made = Array.from({ length: outputs }, (_, index) => ({ oper: first.oper, index }));
    if (this.recorder !== null) {
      const facts = made.map((output) => this.facts(name, output));
      this.recorder.operation({ op: name, definition, attributes, inputs, outputs: made, facts });
    }
    return made;
  }

  /**
   * Returns the shape and type of an output.
   * @throws FulgurError `trace` if the shape depends on values, which a compiled function cannot have
   */
  facts(name: string, output: GraphOutput): HandleFacts {
    const dtype = Number(this.library['TF_OperationOutputType']!(output));
    return this.#status.check((status) => {
      const rank = Number(this.library['TF_GraphGetTensorNumDims']!(this.#graph, output, status));
      const dims = new BigInt64Array(Math.max(rank, 1));
      if (rank > 0) this.library['TF_GraphGetTensorShape']!(this.#graph, output, dims, rank, status);
      const shape = Array.from(dims.subarray(0, Math.max(rank, 0)), Number);
      if ((rank < 0 && !OPAQUE_OUTPUTS.has(name)) || shape.includes(-1)) {
        throw this.#valueDependentShape(name);
      }
      // TensorFlow itself would only find out in the middle of the step, or be killed there.
      requireMemory({
        bytes: shape.reduce((size, length) => size * length, elementBytes(dtype)),
        what: `The operation '${name}' returns a tensor of shape [${shape.join(', ')}], which`,
        fix: 'Use smaller batches, images or layers.',
      });
      return { shape, dtype };
    });
  }

  /** Makes the graph a function of the context, under `name`; the graph itself is freed. */
  finish(
    name: string,
    context: NativePointer,
    inputs: readonly GraphOutput[],
    outputs: readonly GraphOutput[],
  ): NativePointer {
    try {
      return this.#status.check((status) => {
        const made: NativePointer = this.library['TF_GraphToFunction']!(
          ...[
            this.#graph,
            name,
            0,
            -1,
            null,
            inputs.length,
            inputs,
            outputs.length,
            outputs,
            null,
            null,
            null,
            status,
          ],
        );
        if (made !== null) this.library['TFE_ContextAddFunction']!(context, made, status);
        return made;
      });
    } finally {
      this.dispose();
    }
  }

  #valueDependentShape(name: string): FulgurError {
    if (this.recorder === null) return valueDependentShape(name);
    return this.recorder.refusal(
      `its operation '${name}' returns a tensor whose shape depends on values`,
      'Replace it by an operation of fixed shape: for example a mask and tf.where with two branches.',
    );
  }

  dispose(): void {
    this.library['TF_DeleteGraph']!(this.#graph);
    this.#status.dispose();
  }

  #add(name: string, fill: (operation: NativePointer) => void): GraphOutput {
    const operation: NativePointer = this.library['TF_NewOperation']!(
      this.#graph,
      name,
      `${name}_${this.#operations++}`,
    );
    fill(operation);
    const oper = this.#status.check(
      (status) => this.library['TF_FinishOperation']!(operation, status) as NativePointer,
    );
    return { oper, index: 0 };
  }

  #addInputs(
    operation: NativePointer,
    name: string,
    definitions: readonly { readonly list: string | null }[],
    attributes: readonly OpAttribute[],
    inputs: readonly GraphOutput[],
  ): void {
    let used = 0;
    const singles = definitions.filter(({ list }) => list === null).length;
    for (const { list } of definitions) {
      if (list === null) {
        this.library['TF_AddInput']!(operation, inputs[used++]);
        continue;
      }
      const given = attributes.find((attribute) => attribute.name === list)?.value;
      const length = typeof given === 'number' ? given : inputs.length - singles;
      this.library['TF_AddInputList']!(operation, inputs.slice(used, used + length), length);
      used += length;
    }
    if (used !== inputs.length)
      throw new Error(`Operation ${name} takes ${used} inputs, not ${inputs.length}`);
  }
}

/**
 * Returns a key that is equal for two constants that are the same to the last bit; `null` for constants that are not
 * compared.
 */
function constantKey(shape: readonly number[], dataType: number, values: HostValues): string | null {
  if (dataType === dataTypes.string || values.length * elementBytes(dataType) > MOST_SHARED_BYTES)
    return null;
  return `${dataType}|${shape.join()}|${Buffer.from(hostBytes(dataType, values)).toString('latin1')}`;
}

function valueDependentShape(name: string): FulgurError {
  return new FulgurError('trace', {
    what: `The operation '${name}' returns a tensor whose shape depends on values, which a compiled step cannot have.`,
    fix: 'Replace it by an operation of fixed shape (for example a mask and tf.where with two branches), do it outside the step, or pass compile: false.',
  });
}
