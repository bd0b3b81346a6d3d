import { Reader } from 'protobufjs';
import { MetricCollector } from './metric-collector';
import type { RunMetrics } from './reported-run';

/** The field numbers of TensorFlow's `event.proto` and `summary.proto` that are read here. */
const event = { step: 2, summary: 5, sessionLog: 7 } as const;
const summaryValue = { tag: 1, simpleValue: 2 } as const;
const SESSION_START = 1;
/** Bytes around a record: its length in eight bytes and their checksum before it, its own checksum after it. */
const HEAD = 12;
const TAIL = 4;

/**
 * Reads the scalars of TensorBoard's event files, whose values are float32. A file that starts a session invalidates
 * the values of earlier files from its first step on, as in TensorBoard.
 *
 * @param files the contents of the files, in the order of their names.
 */
export function readEventFiles(source: string, files: readonly Buffer[]): RunMetrics {
  const collector = new MetricCollector();
  let broken = 0;
  files.forEach((bytes, index) => {
    for (const record of recordsOf(bytes, () => (broken += 1))) {
      const { step, values, begins } = eventOf(record);
      if (begins && index > 0) collector.forgetFrom(step);
      if (values.length > 0) collector.row({ step, epoch: null }, values);
    }
  });
  const remarks =
    broken === 0 ? [] : [`${broken} of the event files in ${source} end with an incomplete record.`];
  return collector.metrics(source, remarks);
}

/** Returns the records of a TFRecord file up to the first incomplete one. */
function* recordsOf(bytes: Buffer, onHalf: () => void): Generator<Uint8Array> {
  let at = 0;
  while (at < bytes.length) {
    const length = at + HEAD <= bytes.length ? Number(bytes.readBigUInt64LE(at)) : Infinity;
    if (at + HEAD + length + TAIL > bytes.length) {
      onHalf();
      return;
    }
    yield bytes.subarray(at + HEAD, at + HEAD + length);
    at += HEAD + length + TAIL;
  }
}

interface ReadEvent {
  step: number;
  readonly values: (readonly [string, number])[];
  begins: boolean;
}

function eventOf(bytes: Uint8Array): ReadEvent {
  const found: ReadEvent = { step: 0, values: [], begins: false };
  eachField(Reader.create(bytes), (field, wire, reader) => {
    if (field === event.step) found.step = Number(reader.int64());
    else if (field === event.summary)
      eachField(inner(reader), (_, __, summary) => found.values.push(...valueOf(inner(summary))));
    else if (field === event.sessionLog) {
      eachField(inner(reader), (name, kind, log) => {
        if (name === 1) found.begins = log.int32() === SESSION_START;
        else log.skipType(kind);
      });
    } else reader.skipType(wire);
  });
  return found;
}

function valueOf(reader: Reader): (readonly [string, number])[] {
  let tag = '';
  const values: number[] = [];
  eachField(reader, (field, wire) => {
    if (field === summaryValue.tag) tag = reader.string();
    else if (field === summaryValue.simpleValue) values.push(reader.float());
    else reader.skipType(wire);
  });
  return values.map((value) => [tag, value] as const);
}

function eachField(reader: Reader, take: (field: number, wire: number, reader: Reader) => void): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    take(tag >>> 3, tag & 7, reader);
  }
}

function inner(reader: Reader): Reader {
  return Reader.create(reader.bytes());
}
