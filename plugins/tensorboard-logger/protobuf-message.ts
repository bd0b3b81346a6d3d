/** How a field's value is laid out. */
const wireTypes = { varint: 0, fixed64: 1, lengthPrefixed: 2, fixed32: 5 } as const;

/** Builds a message in Protocol Buffers' wire format, field after field. */
export class ProtobufMessage {
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

/** Seven bits a byte, the lowest first; arithmetic, since JavaScript's bit operators stop at 32. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
