import { nameOfBytes } from '../folder/file-name';

/** Headers and contents start at multiples of this. */
export const TAR_BLOCK = 512;

/** The contents of a tar header. */
export interface TarHeader {
  readonly name: string;
  /** Size of the contents in bytes. */
  readonly size: number;
  /** `0` for a file; see POSIX's pax format, and GNU tar's `L`, `K` and `S`. */
  readonly type: string;
}

const nameField = [0, 100] as const;
const sizeField = [124, 136] as const;
const sumField = [148, 156] as const;
const typeAt = 156;
const magicField = [257, 263] as const;
const prefixField = [345, 500] as const;

/** Whether a block is empty, like those that end an archive. */
export function isEmpty(block: Buffer): boolean {
  return block.every((byte) => byte === 0);
}

/**
 * Parses a tar header in the formats of POSIX (ustar, pax), GNU tar and the older version 7.
 *
 * @param block 512 bytes.
 * @throws Error whose message completes a sentence: `has no tar header`.
 */
export function parseTarHeader(block: Buffer): TarHeader {
  if (numberIn(block, sumField) !== sumOf(block)) throw new Error('has no tar header');
  const size = numberIn(block, sizeField);
  if (!Number.isSafeInteger(size)) throw new Error('has a tar header without a size');
  const name = textIn(block, nameField);
  // GNU tar stores times where POSIX stores the beginning of a long name.
  const isPosix = block.toString('latin1', ...magicField) === 'ustar\0';
  const prefix = isPosix ? textIn(block, prefixField) : '';
  const type = String.fromCharCode(block[typeAt] ?? 0).replace('\0', '0');
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

type Field = readonly [from: number, to: number];

function textIn(block: Buffer, [from, to]: Field): string {
  const end = block.indexOf(0, from);
  return nameOfBytes(block.subarray(from, end < 0 || end > to ? to : end));
}

/** Parses octal digits or, if the first bit is set, a binary number, used for larger numbers. `NaN` for anything else. */
function numberIn(block: Buffer, [from, to]: Field): number {
  const first = block[from] ?? 0;
  if (first === 0x80) {
    const high = block.subarray(from + 1, to - 6);
    return isEmpty(high) ? block.readUIntBE(to - 6, 6) : NaN;
  }
  const digits = block.toString('latin1', from, to).replace(/^[ \0]+|[ \0].*$/gs, '');
  return /^[0-7]*$/.test(digits) ? Number.parseInt(`0${digits}`, 8) : NaN;
}

/** Returns the sum of all bytes, counting the checksum field as spaces. */
function sumOf(block: Buffer): number {
  let sum = 0;
  for (let at = 0; at < TAR_BLOCK; at++) {
    const isOwn = at >= sumField[0] && at < sumField[1];
    sum += isOwn ? 0x20 : (block[at] ?? 0);
  }
  return sum;
}

/** What the records of a pax header change in the entry after it. */
export interface PaxChanges {
  readonly name?: string;
  readonly size?: number;
  readonly isSparse: boolean;
}

/**
 * Parses pax records of the form `18 path=some/name\n`.
 *
 * @throws Error if they are malformed.
 */
export function parsePax(records: Buffer): PaxChanges {
  let changes: { name?: string; size?: number; isSparse: boolean } = { isSparse: false };
  for (let at = 0; at < records.length && records[at] !== 0;) {
    const space = records.indexOf(0x20, at);
    const length = Number(records.toString('latin1', at, Math.min(space, at + 12)));
    const end = at + length;
    const isWhole = space > at && Number.isInteger(length) && length > space - at && end <= records.length;
    const equals = records.indexOf(0x3d, space);
    if (!isWhole || equals < 0 || equals >= end || records[end - 1] !== 0x0a) {
      throw new Error('has a pax header with a damaged record');
    }
    const key = records.toString('utf8', space + 1, equals);
    const value = records.subarray(equals + 1, end - 1);
    if (key === 'path') changes = { ...changes, name: nameOfBytes(value) };
    if (key === 'size') changes = { ...changes, size: sizeOf(value.toString('latin1')) };
    if (key.startsWith('GNU.sparse.')) changes = { ...changes, isSparse: true };
    at = end;
  }
  return changes;
}

function sizeOf(text: string): number {
  const size = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(size)) throw new Error('has a pax header with a damaged size');
  return size;
}
