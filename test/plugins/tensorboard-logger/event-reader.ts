import { crc32c } from '../../../plugins/tensorboard-logger/event-file';

/** A field's number with its value: a count, raw bytes, or a floating-point number. */
type Field = readonly [number: number, value: number | Buffer];

export interface ReadImage {
  readonly tag: string;
  /** Height, width and channels. */
  readonly shape: readonly number[];
  readonly png: Buffer;
  readonly caption: string;
}

export interface ReadEvent {
  readonly step: number;
  readonly time: number;
  readonly version?: string;
  readonly isStart: boolean;
  readonly scalars: Readonly<Record<string, number>>;
  /** Pictures: their tag, size, channels and PNG, and what is seen. */
  readonly images: readonly ReadImage[];
  /** Tags of summaries without a scalar. */
  readonly otherTags: readonly string[];
}

/** The records of a TFRecord file, each one's framing verified. A last one cut short is left out, as TensorBoard does. */
export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  while (at + 12 <= file.length) {
    const length = Number(file.readBigUInt64LE(at));
    if (at + 16 + length > file.length) break;
    verify(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    const data = file.subarray(at + 12, at + 12 + length);
    verify(data, file.readUInt32LE(at + 12 + length));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

function verify(data: Buffer, masked: number): void {
  const turned = (masked - 0xa282ead8) >>> 0;
  const stored = ((turned << 15) | (turned >>> 17)) >>> 0;
  if (stored !== crc32c(data)) throw new Error(`checksum ${stored} does not fit the data`);
}

export function readEvent(record: Buffer): ReadEvent {
  const fields = new Map(readFields(record));
  const summary = fields.get(5) as Buffer | undefined;
  const values =
    summary === undefined ? [] : readFields(summary).map(([, v]) => new Map(readFields(v as Buffer)));
  const tagOf = (value: ReadonlyMap<number, number | Buffer>) => String(value.get(1));
  const session = fields.get(7) as Buffer | undefined;
  return {
    time: fields.get(1) as number,
    step: (fields.get(2) as number | undefined) ?? 0,
    ...(fields.has(3) ? { version: String(fields.get(3)) } : {}),
    isStart: session !== undefined && new Map(readFields(session)).get(1) === 1,
    scalars: Object.fromEntries(values.filter((v) => v.has(2)).map((v) => [tagOf(v), v.get(2) as number])),
    images: values.filter((v) => v.has(4)).map((v) => ({ tag: tagOf(v), ...imageOf(v) })),
    otherTags: values.filter((v) => !v.has(2)).map(tagOf),
  };
}

function imageOf(value: ReadonlyMap<number, number | Buffer>): Omit<ReadImage, 'tag'> {
  const image = new Map(readFields(value.get(4) as Buffer));
  const metadata = new Map(readFields(value.get(9) as Buffer));
  return {
    shape: [1, 2, 3].map((field) => Number(image.get(field))),
    png: image.get(4) as Buffer,
    caption: String(metadata.get(3)),
  };
}

/** The pictures that TensorBoard shows of files in their order, as `scalarsShown`. */
export function imagesShown(files: readonly Buffer[]): string[] {
  let shown: { step: number; tag: string }[] = [];
  for (const event of files.flatMap(readRecords).map(readEvent)) {
    if (event.isStart) shown = shown.filter(({ step }) => step < event.step);
    shown.push(...event.images.map(({ tag }) => ({ step: event.step, tag })));
  }
  return shown.map(({ step, tag }) => `${tag} ${step}`);
}

/** What TensorBoard shows of files in their order: a session's start takes back what has its step or a later one. */
export function scalarsShown(files: readonly Buffer[]): [tag: string, step: number, value: number][] {
  let shown: [string, number, number][] = [];
  for (const event of files.flatMap(readRecords).map(readEvent)) {
    if (event.isStart) shown = shown.filter(([, step]) => step < event.step);
    for (const [tag, value] of Object.entries(event.scalars)) shown.push([tag, event.step, value]);
  }
  return shown;
}

function readFields(data: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data.readUInt8(at++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (key % 8 === 0) fields.push([number, varint()]);
    else if (key % 8 === 1) fields.push([number, data.readDoubleLE((at += 8) - 8)]);
    else if (key % 8 === 5) fields.push([number, data.readFloatLE((at += 4) - 4)]);
    else {
      const length = varint();
      fields.push([number, data.subarray(at, (at += length))]);
    }
  }
  return fields;
}
