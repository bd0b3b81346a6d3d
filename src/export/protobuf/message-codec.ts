import { createRequire } from 'node:module';
import type * as protobuf from 'protobufjs/light';
import type { INamespace, Type } from 'protobufjs/light';

const load = createRequire(__filename);

/**
 * Encodes and decodes messages of one type as plain objects: absent fields are omitted, names are in camelCase, int64
 * are numbers up to 2^53, and bytes are not copied before they are put into the message.
 *
 * @example
 * const definitions = { nested: { Point: { fields: { x: { type: 'int64', id: 1 }, names: { rule: 'repeated', type: 'string', id: 2 } } } } };
 * const points = new MessageCodec<Point>(definitions, 'Point');
 * points.decode(points.encode({ x: 1, names: ['a'] }));
 */
export class MessageCodec<Message extends object> {
  readonly #definitions: INamespace;
  readonly #name: string;
  #known: Type | null = null;

  /**
   * @param definitions messages by name with the field numbers of the public format, as protobufjs reads them from JSON. One
   * object may serve several codecs.
   * @param type name of the message.
   */
  constructor(definitions: INamespace, type: string) {
    this.#definitions = definitions;
    this.#name = type;
  }

  /** protobufjs is loaded for the first message, since most runs export nothing. */
  get #type(): Type {
    this.#known ??= (load('protobufjs/light') as typeof protobuf).Root.fromJSON(this.#definitions).lookupType(
      this.#name,
    );
    return this.#known;
  }

  /** Encodes a message; its type defines the fields for the caller. */
  encode(message: Message): Uint8Array {
    return this.#type.encode(message).finish();
  }

  /**
   * Decodes a message; repeated fields are lists, possibly empty. Byte fields are views into `bytes`.
   *
   * @throws Error from protobufjs for bytes that are not such a message.
   */
  decode(bytes: Uint8Array): Message {
    return this.#type.toObject(this.#type.decode(bytes), { longs: Number, arrays: true }) as Message;
  }
}
