import type { NativeLibrary, NativePointer } from '../native/native-library';
import { checked } from '../native/status';

/** The kinds of attribute, under the numbers that tfjs-node uses for them. */
export const attributeKinds = {
  string: 0,
  int: 1,
  float: 2,
  bool: 3,
  type: 4,
  shape: 5,
  resource: 6,
} as const;

/** An operation's attribute as tfjs-node writes it. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The target of attributes: an operation that runs now, or one that is added to a graph. */
export type AttributeTarget = 'TFE_OpSetAttr' | 'TF_SetAttr';

export function setAttributes(
  library: NativeLibrary,
  target: AttributeTarget,
  operation: NativePointer,
  attributes: readonly OpAttribute[],
): void {
  for (const attribute of attributes) setAttribute(library, target, operation, attribute);
}

function setAttribute(
  library: NativeLibrary,
  target: AttributeTarget,
  operation: NativePointer,
  { name, type, value }: OpAttribute,
): void {
  const set = (kind: string, ...args: readonly unknown[]): unknown =>
    library[`${target}${kind}`]!(operation, name, ...args);
  switch (type) {
    case attributeKinds.string: {
      const bytes = Buffer.from(value as string | Uint8Array);
      return void set('String', bytes, bytes.length);
    }
    case attributeKinds.int:
      if (!Array.isArray(value)) return void set('Int', Number(value));
      return void set('IntList', BigInt64Array.from(value, BigInt), value.length);
    case attributeKinds.float:
      return void set('Float', value);
    case attributeKinds.bool:
      return void set('Bool', value === true ? 1 : 0);
    case attributeKinds.type:
      if (!Array.isArray(value)) return void set('Type', value);
      return void set('TypeList', Int32Array.from(value as number[]), value.length);
    case attributeKinds.shape: {
      const dims = BigInt64Array.from(value as number[], BigInt);
      if (target === 'TF_SetAttr') return void set('Shape', dims, dims.length);
      checked(library, (status) => set('Shape', dims, dims.length, status));
      return;
    }
    default:
      throw new Error(`Attribute '${name}' has kind ${type}, which the engine does not know`);
  }
}
