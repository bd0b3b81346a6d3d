import { crc32, deflateRawSync } from 'node:zlib';

/** An npy file as NumPy writes it, with whatever header a test wants. */
export function npyBytes(
  { descr = '|u1', fortran = false, shape }: { descr?: string; fortran?: boolean; shape: readonly number[] },
  elements: Uint8Array,
): Buffer {
  const extents = `${shape.join(', ')}${shape.length === 1 ? ',' : ''}`;
  const order = fortran ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': (${extents}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded), elements]);
}

/** What a zip file says of an entry, where that is not the truth. */
export interface ZipLies {
  readonly size?: number;
  readonly checksum?: number;
  readonly method?: number;
}

export interface ZipEntry extends ZipLies {
  readonly name: string;
  readonly content: Buffer;
  readonly deflated?: boolean;
}

/** A zip file of these entries, as numpy.savez writes one. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const {
    name,
    content,
    deflated = false,
    size = content.length,
    checksum = crc32(content),
    ...lies
  } of entries) {
    const packed = deflated ? deflateRawSync(content) : content;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(lies.method ?? (deflated ? 8 : 0), 4);
    fields.writeUInt32LE(checksum, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(size, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), fields, tail, Buffer.from(name));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}
