import { jsonText, redacted } from '../../src';
import type { Json, LoggedImage } from '../../src';

/** The time and step of an event. */
export interface EventTime {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
}

/** The field numbers of TensorFlow's `event.proto` and `summary.proto` that are used here. */
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const summaryValue = { tag: 1, simpleValue: 2, image: 4, tensor: 8, metadata: 9 } as const;
const summaryImage = { height: 1, width: 2, colorspace: 3, encoded: 4 } as const;
const summaryMetadata = { plugin: 1, description: 3 } as const;
const sessionStart = 1;

/** The first event of every file; version 2 makes readers respect `sessionStartEvent`. */
export function versionEvent(moment: EventTime): Buffer {
  return eventAt(moment).text(event.fileVersion, 'brain.Event:2').encode();
}

/** Makes readers discard the events of earlier files in the folder from this step on, unless it is the first file. */
export function sessionStartEvent(moment: EventTime): Buffer {
  return eventAt(moment).message(event.sessionLog, new ProtobufMessage().integer(1, sessionStart)).encode();
}

/** Encodes scalars as float32 simple values, as PyTorch's and TensorFlow 1's writers do. */
export function scalarsEvent(moment: EventTime, values: Readonly<Record<string, number>>): Buffer {
  const summary = new ProtobufMessage();
  for (const [tag, value] of Object.entries(values)) {
    summary.message(
      1,
      new ProtobufMessage().text(summaryValue.tag, tag).float(summaryValue.simpleValue, value),
    );
  }
  return eventAt(moment).message(event.summary, summary).encode();
}

/**
 * Number of channels of a PNG by its colour type (PNG 3, 11.2.1), which TensorFlow uses as the number of the colour
 * space.
 */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Encodes a picture as PyTorch's and TensorFlow 1's writers do, with its caption as the description. */
export function imageEvent(
  moment: EventTime,
  { name, png, width, height, caption }: Pick<LoggedImage, 'name' | 'png' | 'width' | 'height' | 'caption'>,
): Buffer {
  const image = new ProtobufMessage()
    .integer(summaryImage.height, height)
    .integer(summaryImage.width, width)
    .integer(summaryImage.colorspace, channelsOf[png[25] ?? 2] ?? 3)
    .bytes(summaryImage.encoded, png);
  const value = new ProtobufMessage()
    .text(summaryValue.tag, name)
    .message(summaryValue.image, image)
    .message(
      summaryValue.metadata,
      new ProtobufMessage()
        .message(summaryMetadata.plugin, new ProtobufMessage().text(1, 'images'))
        .text(summaryMetadata.description, caption),
    );
  return eventAt(moment).message(event.summary, new ProtobufMessage().message(1, value)).encode();
}

/** A summary that contains only a plugin's metadata and an empty tensor. */
function pluginDataEvent(
  moment: EventTime,
  { tag, plugin, content }: { readonly tag: string; readonly plugin: string; readonly content: Uint8Array },
): Buffer {
  const pluginData = new ProtobufMessage().text(1, plugin).bytes(2, content);
  const noNumbers = new ProtobufMessage().integer(1, 1).message(2, emptyShape());
  const value = new ProtobufMessage()
    .text(summaryValue.tag, tag)
    .message(summaryValue.tensor, noNumbers)
    .message(summaryValue.metadata, new ProtobufMessage().message(summaryMetadata.plugin, pluginData));
  return eventAt(moment).message(event.summary, new ProtobufMessage().message(1, value)).encode();
}

function eventAt({ time, step }: EventTime): ProtobufMessage {
  const begun = new ProtobufMessage().double(event.wallTime, time);
  // As in every proto3 writer, default values are omitted.
  return step === 0 ? begun : begun.integer(event.step, step);
}

/** One dimension, of size 0. */
function emptyShape(): ProtobufMessage {
  return new ProtobufMessage().message(2, new ProtobufMessage());
}

/** Field numbers of the hparams plugin's `plugin_data.proto`, and of `Value` in `struct.proto`. */
const hparamsData = { sessionStart: 3, sessionEnd: 4 } as const;
const start = { hparams: 1, time: 5 } as const;
const end = { status: 1, time: 2 } as const;
const value = { number: 2, text: 3, boolean: 4 } as const;
const succeeded = 1;

/** Gives the HPARAMS tab the run's hyperparameters; a value that is not a number, text or boolean is shown as JSON. */
export function hparamsStartEvent(
  moment: EventTime,
  hyperparameters: Readonly<Record<string, Json>>,
): Buffer {
  const session = new ProtobufMessage();
  for (const [name, setting] of Object.entries(hyperparameters)) {
    session.message(start.hparams, new ProtobufMessage().text(1, name).message(2, valueOf(setting)));
  }
  session.double(start.time, moment.time);
  return hparamsEvent(moment, '_hparams_/session_start_info', hparamsData.sessionStart, session);
}

/** Tells the HPARAMS tab that the run finished. */
export function hparamsEndEvent(moment: EventTime): Buffer {
  const session = new ProtobufMessage().integer(end.status, succeeded).double(end.time, moment.time);
  return hparamsEvent(moment, '_hparams_/session_end_info', hparamsData.sessionEnd, session);
}

function hparamsEvent(moment: EventTime, tag: string, field: number, session: ProtobufMessage): Buffer {
  const content = new ProtobufMessage().message(field, session).encode();
  return pluginDataEvent(moment, { tag, plugin: 'hparams', content });
}

function valueOf(setting: Json): ProtobufMessage {
  if (typeof setting === 'number') return new ProtobufMessage().double(value.number, setting);
  if (typeof setting === 'boolean') return new ProtobufMessage().integer(value.boolean, setting ? 1 : 0);
  const text = typeof setting === 'string' ? setting : jsonText(setting);
  return new ProtobufMessage().text(value.text, redacted(text));
}

/** Wire types: how a field's value is encoded. */
const wireTypes = { varint: 0, fixed64: 1, lengthPrefixed: 2, fixed32: 5 } as const;

/** Builds a message in Protocol Buffers' wire format, field by field. */
class ProtobufMessage {
  private readonly parts: Uint8Array[] = [];

  /** An integer from 0 to 2^53; also an enum's value, or a bool as 0 or 1. */
  integer(field: number, value: number): this {
    return this.put(field, 'varint', varint(value));
  }

  double(field: number, value: number): this {
    const data = Buffer.alloc(8);
    data.writeDoubleLE(value);
    return this.put(field, 'fixed64', data);
  }

  float(field: number, value: number): this {
    const data = Buffer.alloc(4);
    data.writeFloatLE(value);
    return this.put(field, 'fixed32', data);
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.put(field, 'lengthPrefixed', varint(value.length), value);
  }

  message(field: number, value: ProtobufMessage): this {
    return this.bytes(field, value.encode());
  }

  encode(): Buffer {
    return Buffer.concat(this.parts);
  }

  private put(field: number, type: keyof typeof wireTypes, ...data: readonly Uint8Array[]): this {
    this.parts.push(varint(field * 8 + wireTypes[type]), ...data);
    return this;
  }
}

/** Seven bits per byte, the lowest first; by arithmetic, since JavaScript's bit operators are limited to 32 bits. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
