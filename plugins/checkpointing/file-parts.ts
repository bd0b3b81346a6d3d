import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';

/** A file's contents in parts that follow each other: together they may be larger than any array can be. */
export type FileParts = readonly Uint8Array[];

/** So much is hashed, read or written at once; system calls and digests take less than 2 GiB. */
export const pieceBytes = 1 << 26;

export function lengthOf(parts: FileParts): number {
  return parts.reduce((length, part) => length + part.length, 0);
}

/** The SHA-256 of the parts in a row. */
export function sha256(parts: FileParts, piece: number = pieceBytes): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    for (let at = 0; at < part.length; at += piece) hash.update(part.subarray(at, at + piece));
  }
  return hash.digest('hex');
}

/** The SHA-256 of an open file. */
export async function sha256Of(
  file: FileHandle,
  length: number,
  piece: number = pieceBytes,
): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < length; at += piece)
    hash.update(await readRange(file, at, Math.min(length, at + piece)));
  return hash.digest('hex');
}

/** The bytes from `begin` to `end` of an open file, in an array of their own. */
export async function readRange(
  file: FileHandle,
  begin: number,
  end: number,
  piece: number = pieceBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(piece, bytes.length - done), begin + done);
    if (bytesRead === 0) throw new Error(`it ends at byte ${begin + done}`);
    done += bytesRead;
  }
  return bytes;
}
