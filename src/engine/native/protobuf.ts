/** One field of a protobuf message: a number for varints, bytes for strings and nested messages. */
export interface ProtobufField {
  readonly number: number;
  readonly value: number | Uint8Array;
}

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** Returns the fields of a serialised message, in order; numbers up to 2^53. */
export function* decodeFields(message: Uint8Array): Generator<ProtobufField> {
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[position++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (position < message.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case VARINT:
        yield { number, value: varint() };
        break;
      case BYTES: {
        const length = varint();
        yield { number, value: message.subarray(position, position + length) };
        position += length;
        break;
      }
      case FIXED_64:
        position += 8;
        break;
      case FIXED_32:
        position += 4;
        break;
      default:
        throw new Error(`Unknown protobuf wire type ${key % 8}`);
    }
  }
}

/** Serialises fields: numbers and booleans as varints, the rest as bytes. */
export function encodeFields(
  fields: readonly (readonly [number, number | string | Uint8Array])[],
): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === 'number')
        return Uint8Array.from([...varintBytes(number * 8 + VARINT), ...varintBytes(value)]);
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      return Buffer.concat([
        Uint8Array.from([...varintBytes(number * 8 + BYTES), ...varintBytes(bytes.length)]),
        bytes,
      ]);
    }),
  );
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
