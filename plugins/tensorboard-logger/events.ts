import { ProtobufMessage } from './protobuf-message';

/** When and at which step something happened. */
export interface Moment {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
}

/** Field numbers of TensorFlow's `event.proto` and `summary.proto`, as far as they are used. */
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const summaryValue = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 } as const;
const sessionStart = 1;

/** What every event file begins with; version 2 makes readers heed `sessionStartEvent`. */
export function versionEvent(moment: Moment): Buffer {
  return eventAt(moment).text(event.fileVersion, 'brain.Event:2').encode();
}

/** Makes readers forget what earlier files of the folder hold from the moment's step on, unless it is the first. */
export function sessionStartEvent(moment: Moment): Buffer {
  return eventAt(moment).message(event.sessionLog, new ProtobufMessage().integer(1, sessionStart)).encode();
}

/** Scalars as float32 simple values, as PyTorch's and TensorFlow 1's writers have them. */
export function scalarsEvent(moment: Moment, values: Readonly<Record<string, number>>): Buffer {
  const summary = new ProtobufMessage();
  for (const [tag, value] of Object.entries(values)) {
    summary.message(
      1,
      new ProtobufMessage().text(summaryValue.tag, tag).float(summaryValue.simpleValue, value),
    );
  }
  return eventAt(moment).message(event.summary, summary).encode();
}

/** A summary whose only content is a plugin's metadata, beside an empty tensor. */
export function pluginDataEvent(
  moment: Moment,
  { tag, plugin, content }: { readonly tag: string; readonly plugin: string; readonly content: Uint8Array },
): Buffer {
  const pluginData = new ProtobufMessage().text(1, plugin).bytes(2, content);
  const noNumbers = new ProtobufMessage().integer(1, 1).message(2, emptyShape());
  const value = new ProtobufMessage()
    .text(summaryValue.tag, tag)
    .message(summaryValue.tensor, noNumbers)
    .message(summaryValue.metadata, new ProtobufMessage().message(1, pluginData));
  return eventAt(moment).message(event.summary, new ProtobufMessage().message(1, value)).encode();
}

function eventAt({ time, step }: Moment): ProtobufMessage {
  const begun = new ProtobufMessage().double(event.wallTime, time);
  // As every writer of proto3: what has its default value is left out.
  return step === 0 ? begun : begun.integer(event.step, step);
}

/** One dimension, of size 0. */
function emptyShape(): ProtobufMessage {
  return new ProtobufMessage().message(2, new ProtobufMessage());
}
