import { Reader } from 'protobufjs/light';
import { readRegularFile } from '../../src';

/** Where an event file has a picture. */
interface ImagePlace {
  readonly step: number;
  readonly tag: string;
}

/**
 * The events of pictures of one step that earlier files hold, the newest of each name.
 *
 * @param paths of event files, oldest first; one that cannot be read is passed over, as what is in it is lost already.
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

/** The whole records of a file; see `tfRecord`. */
function* recordsIn(file: Buffer): Generator<Buffer> {
  for (let at = 0; at + 16 <= file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    if (at + 16 + length > file.length) return;
    yield file.subarray(at + 12, at + 12 + length);
    at += 16 + length;
  }
}

/** Of an event's first summary value; `null` where that is no picture. */
function imagePlace(event: Buffer): ImagePlace | null {
  const { numbers, parts } = fieldsOf(event);
  const summary = parts.get(5);
  const value = summary && fieldsOf(summary).parts.get(1);
  const { parts: inner } = value === undefined ? { parts: new Map<number, Uint8Array>() } : fieldsOf(value);
  const tag = inner.get(1);
  if (tag === undefined || !inner.has(4)) return null;
  return { step: numbers.get(2) ?? 0, tag: Buffer.from(tag).toString('utf8') };
}

/** A message's integers and what has a length, the first of each field. */
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
