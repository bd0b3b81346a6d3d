import { isUtf8 } from 'node:buffer';

// As in Python, a byte that is not valid UTF-8 becomes a lone surrogate, and names sort as Python sorts them.
const escapeBase = 0xdc00;
const escapes = /\p{Surrogate}/gu;

/** Returns a file name as text. Bytes that are not UTF-8 become lone surrogates, which `nameBytes` reverts. */
export function nameOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let name = '';
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const character = bytes.subarray(at, at + length);
    const isWhole = character.length === length && isUtf8(character);
    name += isWhole ? character.toString('utf8') : String.fromCharCode(escapeBase + lead);
    at += isWhole ? length : 1;
  }
  return name;
}

/** Returns the bytes of a name or path made by `nameOfBytes`. */
export function nameBytes(name: string): Buffer {
  if (name.search(escapes) < 0) return Buffer.from(name);
  return Buffer.concat(
    Array.from(name, (character) => {
      const unit = character.charCodeAt(0);
      const isEscape = character.length === 1 && unit >= escapeBase + 0x80 && unit <= escapeBase + 0xff;
      return isEscape ? Buffer.from([unit - escapeBase]) : Buffer.from(character);
    }),
  );
}

/** Returns a name or path for display; bytes that are not UTF-8 appear as `\xff`. */
export function readableName(name: string): string {
  return name.replace(escapes, (unit) => `\\x${(unit.charCodeAt(0) - escapeBase).toString(16)}`);
}

/** Compares strings as Python does, by code points; JavaScript's own order differs beyond the basic plane. */
export function byCodePoint(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    if (a.charCodeAt(at) !== b.charCodeAt(at)) return (a.codePointAt(at) ?? 0) - (b.codePointAt(at) ?? 0);
  }
  return a.length - b.length;
}
