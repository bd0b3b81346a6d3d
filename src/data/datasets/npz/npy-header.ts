/** The contents of an npy file's header. */
export interface NpyHeader {
  /** Byte order, kind and size of an element in NumPy's notation: `|u1`, `<u2`. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Where the elements start. */
  readonly length: number;
}

const magic = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy itself writes a few hundred bytes; longer headers describe records of many fields. */
const MOST_HEADER_BYTES = 1 << 16;
/** The number of bytes that contain the header's own length. */
const FIRST_BYTES = 12;

const keys = /^\{\s*('descr'|'fortran_order'|'shape')\s*:/;

/**
 * Parses the header of an npy file (NumPy's formats 1, 2 and 3), or returns the number of bytes needed to do so.
 *
 * @param bytes the beginning of the file.
 * @throws Error whose message completes a sentence: `does not start like an npy file`.
 */
export function parseNpyHeader(bytes: Buffer): NpyHeader | { readonly needs: number } {
  if (!bytes.subarray(0, magic.length).equals(magic.subarray(0, bytes.length))) {
    throw new Error('does not start like an npy file');
  }
  if (bytes.length < FIRST_BYTES) return { needs: FIRST_BYTES };
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3)
    throw new Error(`has version ${version} of the npy format, which is unknown`);
  const start = version === 1 ? 10 : 12;
  const textBytes = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8);
  const length = start + textBytes;
  if (length > MOST_HEADER_BYTES) throw new Error(`has a header of ${length} bytes`);
  if (bytes.length < length) return { needs: length };
  return { ...parseFields(bytes.toString('latin1', start, length)), length };
}

/** Parses the dictionary exactly as NumPy prints it, since nothing else writes one. */
function parseFields(text: string): Omit<NpyHeader, 'length'> {
  const descr = /'descr'\s*:\s*('([^'\\]{1,32})'|\[)/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)\s*[,}]/.exec(text);
  const shape = /'shape'\s*:\s*\(([\d\s,]{0,1000})\)/.exec(text);
  if (!keys.test(text) || descr === null || order === null || shape === null) {
    throw new Error('has a header that NumPy does not write');
  }
  const extents = (shape[1] ?? '').split(',').map((part) => part.trim());
  // A single number is followed by a comma.
  if (extents.at(-1) === '') extents.pop();
  const sizes = extents.map((part) => (/^\d{1,15}$/.test(part) ? Number(part) : NaN));
  if (sizes.some(Number.isNaN)) throw new Error('has a shape that NumPy does not write');
  return { descr: descr[2] ?? 'record', fortranOrder: order[1] === 'True', shape: sizes };
}

/** Returns the number of elements in an array of a shape. */
export function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}
