import { Reader } from 'protobufjs/light';
import { readRegularFile } from '../../src';

/** Location of a picture in an event file. */
interface ImagePlace {
  readonly step: number;
  readonly tag: string;
}

/**
 * Returns the picture events of one step from earlier files, the newest of each name.
 *
 * @param paths of event files, oldest first; a file that cannot be read is skipped, as its contents are already lost.
 */
export async function earlierImages(
  paths: readonly string[],
  step: number,
  names: readonly string[],
): Promise<Buffer[]> {
  const found = new Map<string, Buffer>();
  if (names.length === 0) return [];
  for (const path of paths) {
    for (const event of recordsIn(await readRegularFile(path, Infinity).catch(() => Buffer.alloc(0)))) {
      const place = imagePlace(event);
      if (place?.step === step && names.includes(place.tag)) found.set(place.tag, event);
    }
  }
  return [...found.values()];
}

/** Reads the complete records of a file; see `tfRecord`. */
function* recordsIn(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + 16 <= file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (at + 16 + length > file.length) return;
    yield file.subarray(at + 12, at + 12 + length);
    at += 16 + length;
  }
}

/** Reads an event's first summary value; returns `null` if it is not a picture. */
function imagePlace(event: Buffer): ImagePlace | null {
  const { numbers, parts } = fieldsOf(event);
  const summary = parts.get(5);
  const value = summary && fieldsOf(summary).parts.get(1);
  const { parts: inner } = value === undefined ? { parts: new Map<number, Uint8Array>() } : fieldsOf(value);
  const tag = inner.get(1);
  if (tag === undefined || !inner.has(4)) return null;
  return { step: numbers.get(2) ?? 0, tag: Buffer.from(tag).toString('utf8') };
}

/** Reads a message's integers and length-delimited values, the first of each field. */
function fieldsOf(message: Uint8Array): {
  readonly numbers: ReadonlyMap<number, number>;
  readonly parts: ReadonlyMap<number, Uint8Array>;
} {
  const numbers = new Map<number, number>();
  const parts = new Map<number, Uint8Array>();
  const reader = Reader.create(message);
  try {
    while (reader.pos < reader.len) {
      const key = reader.uint32();
      const [field, type] = [key >>> 3, key & 7];
      if (type === 0) numbers.set(field, Number(reader.int64()));
      else if (type === 2 && !parts.has(field)) parts.set(field, reader.bytes());
      else reader.skipType(type);
    }
  } catch {
    // A damaged event holds what came before the damage.
  }
  return { numbers, parts };
}
