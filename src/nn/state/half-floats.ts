/** Converts bfloat16 numbers to float32: they are its upper halves. */
export function widenBfloat16(words: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(words, (word) => (word << 16) >>> 0).buffer);
}

/** Converts IEEE half-precision numbers to float32, exactly. */
export function widenFloat16(words: Uint16Array): Float32Array {
  return Float32Array.from(words, (word) => {
    const sign = (word & 0x8000) === 0 ? 1 : -1;
    const exponent = (word >> 10) & 0x1f;
    const fraction = word & 0x3ff;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}
