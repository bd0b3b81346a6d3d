import type { NativeLibrary, NativePointer } from './native-library';
import { decodeFields } from './protobuf';
import { checked } from './status';

/** One input of an operation: a tensor, or a list whose length is given by an attribute or by its types. */
export interface InputDefinition {
  readonly name: string;
  /** The attribute with a list's length; `null` for a single tensor, `'types'` for a list of mixed types. */
  readonly list: string | null;
  /** The attribute with its element type, or the types of a list of mixed types; `null` if the type is fixed. */
  readonly typeAttribute: string | null;
}

/** The facts in TensorFlow's registry about an operation that building a graph requires. */
export interface OpDefinition {
  readonly inputs: readonly InputDefinition[];
  /** Attributes that are determined by the inputs: setting them again is an error. */
  readonly inferred: ReadonlySet<string>;
}

const definitions = new Map<string, OpDefinition>();

/**
 * Looks an operation up in TensorFlow's registry, once.
 * @throws FulgurError `engine` if TensorFlow has no such operation
 */
export function opDefinition(library: NativeLibrary, graph: NativePointer, name: string): OpDefinition {
  const known = definitions.get(name);
  if (known !== undefined) return known;
  const buffer: NativePointer = library['TF_NewBuffer']!();
  try {
    checked(library, (status) => library['TF_GraphGetOpDef']!(graph, name, buffer, status) as undefined);
    const definition = parse(library.bufferBytes(buffer));
    definitions.set(name, definition);
    return definition;
  } finally {
    library['TF_DeleteBuffer']!(buffer);
  }
}

/** Does the same as `opDefinition`, before there is a graph. */
export function registeredOperation(library: NativeLibrary, name: string): OpDefinition {
  const graph: NativePointer = library['TF_NewGraph']!();
  try {
    return opDefinition(library, graph, name);
  } finally {
    library['TF_DeleteGraph']!(graph);
  }
}

/** Field numbers of `op_def.proto`: OpDef.input_arg, and ArgDef's name, type_attr, number_attr, type_list_attr. */
const INPUT_ARG = 2;
const argument = { name: 1, typeAttribute: 4, numberAttribute: 5, typeListAttribute: 6 } as const;

function parse(bytes: Uint8Array): OpDefinition {
  const inputs: InputDefinition[] = [];
  const inferred = new Set<string>();
  for (const field of decodeFields(bytes)) {
    if (field.number !== INPUT_ARG) continue;
    const texts = new Map<number, string>();
    for (const part of decodeFields(field.value as Uint8Array)) {
      if (typeof part.value !== 'number') texts.set(part.number, Buffer.from(part.value).toString());
    }
    const typeList = texts.get(argument.typeListAttribute);
    const length = texts.get(argument.numberAttribute);
    const type = texts.get(argument.typeAttribute);
    for (const attribute of [type, length, typeList]) {
      if (attribute !== undefined) inferred.add(attribute);
    }
    inputs.push({
      name: texts.get(argument.name) ?? '',
      list: typeList === undefined ? (length ?? null) : 'types',
      typeAttribute: typeList ?? type ?? null,
    });
  }
  return { inputs, inferred };
}
