/** What the head of an npy file says of the array that follows. */
export interface NpyHeader {
  /** Order of bytes, kind and size of an element, as NumPy writes them: `|u1`, `<u2`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements begin. */
  readonly length: number;
}

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself writes a few hundred; what is longer describes a record of many fields. */
const MOST_HEADER_BYTES = 1 << 16;
/** What has to be there for the header's own length to be known. */
const FIRST_BYTES = 12;

const keys = /^\{\s*('descr'|'fortran_order'|'shape')\s*:/;

/**
 * The header of an npy file (NumPy's format 1, 2 and 3), or how many bytes are needed to read it.
 *
 * @param bytes its beginning.
 * @throws Error whose message completes a sentence: `does not begin as an npy file does`.
 */
export function parseNpyHeader(bytes: Buffer): NpyHeader | { readonly needs: number } {
  if (!bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))) {
    throw new Error('does not begin as an npy file does');
  }
  if (bytes.length < FIRST_BYTES) return { needs: FIRST_BYTES };
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw new Error(`has version ${version} of the npy format, which is not known`);
  const start = version === 1 ? 10 : 12;
  const textBytes = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const length = start + textBytes;
  if (length > MOST_HEADER_BYTES) throw new Error(`has a header of ${length} bytes`);
  if (bytes.length < length) return { needs: length };
  return { ...parseFields(bytes.toString('latin1', start, length)), length };
}

/** Reads the dictionary that NumPy prints; no other form of it, since nothing else writes one. */
function parseFields(text: string): Omit<NpyHeader, 'length'> {
  const descr = /'descr'\s*:\s*('([^'\\]{1,32})'|\[)/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)\s*[,}]/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,]{0,1000})\)/.exec(text);
  if (!keys.test(text) || descr === null || order === null || shape === null) {
    throw new Error('has a header that NumPy does not write');
  }
  const extents = (shape[1] ?? '').split(',').map((part) => part.trim());
  // One number alone has a comma behind it.
  if (extents.at(-1) === '') extents.pop();
  const sizes = extents.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : NaN));
  if (sizes.some(Number.isNaN)) throw new Error('has a shape that NumPy does not write');
  return { descr: descr[2] ?? 'record', fortranOrder: order[1] === 'True', shape: sizes };
}

/** Elements of an array of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
