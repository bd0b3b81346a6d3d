import { crc32 } from 'node:zlib';
import { reasonOf } from '../data-errors';
import type { ShardBytes } from './shard-bytes';
import { badShard, writeAgain } from './shard-error';
import type { PaxChanges, TarHeader } from './tar-header';
import { TAR_BLOCK, isEmpty, parsePax, parseTarHeader } from './tar-header';

/** An entry of a shard, and where it is. */
export interface ShardEntry extends TarHeader {
  /** Byte of the header right before the content. */
  readonly headerAt: number;
  /** Checksum of that header: another one there means that the shard has changed. */
  readonly headerSum: number;
  readonly isSparse: boolean;
}

/** Names and pax records are short; what says otherwise is damaged. */
const MOST_MEANING_BYTES = 1 << 20;
/** Behind the end an archive is filled up with zeros, to a multiple of some kilobytes. */
const MOST_PADDING = 1 << 20;

/**
 * The entries of a tar file in order: their headers are read, and what is between them is passed over.
 *
 * @throws FulgurError of kind `data` that names the byte at which the shard is cut short or damaged.
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
      throw cutShort(file, `ends at byte ${bytes.size}, and its entry at byte ${at} goes on to byte ${end}`);
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
    throw damaged(file, at, 'has its end, and more entries behind it, as of two archives put together');
  }
}

/** Whether an entry says something of the next one, or of all: pax headers and GNU tar's long names. */
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
  return badShard(file, `is cut short: it ${does}`, writeAgain);
}

/** The error for a shard that has to be unpacked first. */
export function compressed(file: string): Error {
  const does = 'is compressed, and samples of a compressed archive cannot be read one by one';
  return badShard(file, does, 'Unpack it to a .tar file: gunzip for example.');
}
