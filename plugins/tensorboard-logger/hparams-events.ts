import { jsonText, redacted } from '../../src';
import type { Json } from '../../src';
import { pluginDataEvent } from './events';
import type { Moment } from './events';
import { ProtobufMessage } from './protobuf-message';

/** Field numbers of the hparams plugin's `plugin_data.proto`, and of `Value` in `struct.proto`. */
const pluginData = { sessionStart: 3, sessionEnd: 4 } as const;
const start = { hparams: 1, time: 5 } as const;
const end = { status: 1, time: 2 } as const;
const value = { number: 2, text: 3, boolean: 4 } as const;
const succeeded = 1;

/** Tells the HPARAMS tab the run's hyperparameters; what is no number, text or boolean is shown as JSON. */
export function hparamsStartEvent(moment: Moment, hyperparameters: Readonly<Record<string, Json>>): Buffer {
  const session = new ProtobufMessage();
  for (const [name, setting] of Object.entries(hyperparameters)) {
    session.message(start.hparams, new ProtobufMessage().text(1, name).message(2, valueOf(setting)));
  }
  session.double(start.time, moment.time);
  return hparamsEvent(moment, '_hparams_/session_start_info', pluginData.sessionStart, session);
}

/** Tells the HPARAMS tab that the run finished. */
export function hparamsEndEvent(moment: Moment): Buffer {
  const session = new ProtobufMessage().integer(end.status, succeeded).double(end.time, moment.time);
  return hparamsEvent(moment, '_hparams_/session_end_info', pluginData.sessionEnd, session);
}

function hparamsEvent(moment: Moment, tag: string, field: number, session: ProtobufMessage): Buffer {
  const content = new ProtobufMessage().message(field, session).encode();
  return pluginDataEvent(moment, { tag, plugin: 'hparams', content });
}

function valueOf(setting: Json): ProtobufMessage {
  if (typeof setting === 'number') return new ProtobufMessage().double(value.number, setting);
  if (typeof setting === 'boolean') return new ProtobufMessage().integer(value.boolean, setting ? 1 : 0);
  const text = typeof setting === 'string' ? setting : jsonText(setting);
  return new ProtobufMessage().text(value.text, redacted(text));
}
