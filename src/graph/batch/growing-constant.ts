import type { GraphConstant } from '../frozen-graph';

/** A whole number that depends on the batch size: `factor · batch + offset`. */
export interface Affine {
  readonly factor: number;
  readonly offset: number;
}

/**
 * Expresses values recorded for several batch sizes as one such function; returns `null` if they do not have that form.
 * Two values always fit it, and a third hardly by chance.
 */
export function affineOf(values: readonly number[], batches: readonly number[]): Affine | null {
  const [first = 0, second = 0] = values;
  const [batch = 0, other = 0] = batches;
  const factor = (second - first) / (other - batch);
  const offset = first - factor * batch;
  const fits = values.every((value, index) => value === factor * (batches[index] ?? 0) + offset);
  return fits && Number.isInteger(factor) ? { factor, offset } : null;
}

/** Returns whether a constant is the same bit for bit for all batch sizes. */
export function isSame(constants: readonly GraphConstant[]): boolean {
  const [first] = constants as [GraphConstant];
  return constants.every((other) => {
    if (other === first) return true;
    const sameShape =
      other.shape.length === first.shape.length && other.values.length === first.values.length;
    return (
      sameShape && other.shape.every((size, axis) => size === first.shape[axis]) && sameBytes(first, other)
    );
  });
}

function sameBytes({ values: a }: GraphConstant, { values: b }: GraphConstant): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
    Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
  return bytes(a).equals(bytes(b));
}

/**
 * Expresses whole numbers `[]` or `[n]` of equal shape as functions of the batch size; returns `null` if this is
 * impossible.
 */
export function affineEntries(
  constants: readonly GraphConstant[],
  batches: readonly number[],
): Affine[] | null {
  const [{ shape, values }] = constants as [GraphConstant];
  const isWhole = constants.every((one) => one.dtype === 'int32' && one.values.length === values.length);
  if (!isWhole || shape.length > 1 || constants.some((one) => one.shape.length !== shape.length)) return null;
  const entries = Array.from(values as Int32Array, (_, entry) =>
    affineOf(
      constants.map((one) => Number(one.values[entry])),
      batches,
    ),
  );
  return entries.every((entry) => entry !== null) ? entries : null;
}

/** A constant that repeats one block along the axes that grow with the batch. */
export interface Repeated {
  /** The block, of size 1 along those axes. */
  readonly block: GraphConstant;
  readonly shape: readonly Affine[];
}

/** Returns what constants of growing shapes repeat; `null` if they are not repetitions of one block. */
export function repeatedBlock(
  constants: readonly GraphConstant[],
  batches: readonly number[],
): Repeated | null {
  const [first] = constants as [GraphConstant];
  if (constants.some(({ shape, dtype }) => shape.length !== first.shape.length || dtype !== first.dtype))
    return null;
  const extents = first.shape.map((_, axis) =>
    affineOf(
      constants.map(({ shape }) => shape[axis] ?? 0),
      batches,
    ),
  );
  if (!extents.every((extent) => extent !== null)) return null;
  const grows = extents.map(({ factor }) => factor !== 0);
  const blocks = constants.map((constant) => blockOf(constant, grows));
  const whole = blocks.filter((block) => block !== null);
  const [block] = whole;
  if (block === undefined || whole.length < blocks.length || !isSame(whole)) return null;
  return { block, shape: extents };
}

function blockOf({ dtype, shape, values }: GraphConstant, grows: readonly boolean[]): GraphConstant | null {
  const blockShape = shape.map((size, axis) => (grows[axis] === true ? 1 : size));
  const size = blockShape.reduce((product, extent) => product * extent, 1);
  const block = values.slice(0, 0).constructor as new (length: number) => typeof values;
  const result = new block(size);
  const seen = new Uint8Array(size);
  for (let index = 0; index < values.length; index++) {
    let rest = index;
    let target = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      if (grows[axis] !== true) {
        target += (rest % extent) * stride;
        stride *= extent;
      }
      rest = Math.floor(rest / extent);
    }
    const value = values[index] as never;
    if (seen[target] === 0) result[target] = value;
    else if (!Object.is(result[target], value)) return null;
    seen[target] = 1;
  }
  return { dtype, shape: blockShape, values: result };
}
