import { crc32 } from 'node:zlib';
import { reasonOf } from '../data-errors';
import type { ShardBytes } from './shard-bytes';
import { badShard, writeAgain } from './shard-error';
import type { PaxChanges, TarHeader } from './tar-header';
import { TAR_BLOCK, isEmpty, parsePax, parseTarHeader } from './tar-header';

/** An entry of a shard and its position. */
export interface ShardEntry extends TarHeader {
  /** Position of the header right before the contents. */
  readonly headerAt: number;
  /** Checksum of this header: a different one means that the shard has changed. */
  readonly headerSum: number;
  readonly isSparse: boolean;
}

/** Names and pax records are short; a longer one is damaged. */
const MOST_MEANING_BYTES = 1 << 20;
/** After its end, an archive is padded with zeros to a multiple of some kilobytes. */
const MOST_PADDING = 1 << 20;

/**
 * Yields the entries of a tar file in order, reading only their headers.
 *
 * @throws FulgurError of kind `data` naming the byte at which the shard is truncated or damaged.
 */
export function* scanShard(file: string, bytes: ShardBytes): Generator<ShardEntry> {
  const first = bytes.at(0, 2);
  if (first[0] === 0x1f && first[1] === 0x8b) throw compressed(file);
  let changes: PaxChanges = { isSparse: false };
  let at = 0;
  for (;;) {
    const block = bytes.at(at, TAR_BLOCK);
    if (block.length === TAR_BLOCK && isEmpty(block)) break;
    if (block.length < TAR_BLOCK)
      throw cutShort(file, `ends at byte ${bytes.size} without the empty block that closes it`);
    const plain = parsed(file, at, () => parseTarHeader(block));
    const header = { ...plain, size: changes.size ?? plain.size };
    const end = at + TAR_BLOCK + header.size;
    if (end > bytes.size) {
      throw cutShort(file, `ends at byte ${bytes.size}, but its entry at byte ${at} extends to byte ${end}`);
    }
    if (meaning(header.type)) {
      if (header.size > MOST_MEANING_BYTES) throw damaged(file, at, `has a header of ${header.size} bytes`);
      const content = bytes.at(at + TAR_BLOCK, header.size);
      changes = parsed(file, at, () => changed(changes, header.type, content));
    } else {
      const name = changes.name ?? header.name;
      const isSparse = changes.isSparse || header.type === 'S';
      yield { ...header, name, headerAt: at, headerSum: crc32(block), isSparse };
      changes = { isSparse: false };
    }
    at += TAR_BLOCK + Math.ceil(header.size / TAR_BLOCK) * TAR_BLOCK;
  }
  if (!isEmpty(bytes.at(at, MOST_PADDING))) {
    throw damaged(file, at, 'has more entries after its end, like two concatenated archives');
  }
}

/** Whether an entry describes the next one or all entries: pax headers and GNU tar's long names. */
function meaning(type: string): boolean {
  return ['x', 'X', 'g', 'L', 'K'].includes(type);
}

function changed(changes: PaxChanges, type: string, content: Buffer): PaxChanges {
  if (type === 'L') return { ...changes, ...nameOf(content) };
  if (type === 'x' || type === 'X') return { ...changes, ...parsePax(content) };
  return changes;
}

function nameOf(content: Buffer): { name: string } {
  const end = content.indexOf(0);
  const record = Buffer.concat([Buffer.from('path='), content.subarray(0, end < 0 ? content.length : end)]);
  return { name: record.toString('utf8', 5) };
}

function parsed<T>(file: string, at: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw damaged(file, at, reasonOf(error), error);
  }
}

function damaged(file: string, at: number, does: string, cause?: unknown): Error {
  return badShard(file, `${does} at byte ${at}`, writeAgain, cause);
}

function cutShort(file: string, does: string): Error {
  return badShard(file, `is truncated: it ${does}`, writeAgain);
}

/** Returns the error for a shard that must be unpacked first. */
export function compressed(file: string): Error {
  const does = 'is compressed, but samples of a compressed archive cannot be read individually';
  return badShard(file, does, 'Unpack it to a .tar file, for example with gunzip.');
}
