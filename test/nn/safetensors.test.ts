import type { StateDict, StateTensor } from '../../src/contracts';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn';
import reference from './data/safetensors.json';

const fromPython = Buffer.from(reference.file, 'base64');

const tensors: StateDict = new Map<string, StateTensor>([
  ['count', { dtype: 'I64', shape: [], data: BigInt64Array.of(2n ** 40n + 3n) }],
  ['empty', { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) }],
  ['scalar', { dtype: 'F32', shape: [], data: Float32Array.of(0.25) }],
  ['weights', { dtype: 'F32', shape: [2, 3], data: Float32Array.of(1.5, -2.25, Infinity, 0.1, -0, 3e-42) }],
  ['ints', { dtype: 'I32', shape: [2], data: Int32Array.of(-7, 2 ** 31 - 1) }],
  ['bytes', { dtype: 'U8', shape: [3], data: Uint8Array.of(0, 128, 255) }],
  ['flags', { dtype: 'BOOL', shape: [2], data: Uint8Array.of(1, 0) }],
]);
const metadata = { made: 'in Python', ü: '"\\' };

/** A file of this header text, or object, and data. */
function file(header: string | object, data = new Uint8Array(0)): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const entry = (shape: number[], begin: number, end: number, dtype = 'F32'): object => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

describe('reading', () => {
  it("takes a file of Python's safetensors whole", () => {
    const read = decodeSafetensors(fromPython);
    expect(read.metadata).toEqual(metadata);
    expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
  });

  it('widens half-precision numbers without loss', () => {
    const { tensors: read } = decodeSafetensors(Buffer.from(reference.halves, 'base64'));
    const half = read.get('half')!;
    expect([half.dtype, half.shape]).toEqual(['F32', [5]]);
    expect([...half.data]).toEqual([...reference.half.slice(0, 3), Infinity, reference.half[3]]);
    expect([...read.get('bfloat')!.data]).toEqual(reference.bfloat);
  });

  it('gives copies, also of a Node Buffer and of a view that starts anywhere', () => {
    const shifted = new Uint8Array(fromPython.length + 3);
    shifted.set(fromPython, 3);
    for (const bytes of [Buffer.from(fromPython), shifted.subarray(3)]) {
      const { tensors: read } = decodeSafetensors(bytes);
      bytes.fill(0);
      expect(read.get('weights')).toEqual(tensors.get('weights'));
      expect(read.get('weights')!.data.byteOffset).toBe(0);
      expect(read.get('weights')!.data.buffer.byteLength).toBe(24);
    }
  });
});

describe('writing', () => {
  it("gives the very bytes of Python's safetensors", () => {
    expect(Buffer.from(encodeSafetensors(tensors, metadata)).toString('base64')).toBe(reference.file);
  });

  it('keeps order, and aligns every tensor to its element size', () => {
    const odd: StateDict = new Map<string, StateTensor>([
      ['flag', { dtype: 'BOOL', shape: [1], data: Uint8Array.of(1) }],
      ['wide', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-1n) }],
    ]);
    const bytes = encodeSafetensors(odd);
    expect([...decodeSafetensors(bytes).tensors]).toEqual([...odd]);
    const { length } = bytes;
    expect(new DataView(bytes.buffer).getBigInt64(length - 9, true)).toBe(-1n);
    expect((length - 9) % 8).toBe(0);
    expect(encodeSafetensors(odd)).toEqual(bytes);
  });

  it('takes views of larger buffers, and an empty state', () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const state: StateDict = new Map([['part', { dtype: 'F32', shape: [2], data } as const]]);
    expect([...decodeSafetensors(encodeSafetensors(state)).tensors.get('part')!.data]).toEqual([1, 2]);
    expect(decodeSafetensors(encodeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: {} });
  });

  it('rejects what it could not write completely', () => {
    const write = (name: string, length: number): Uint8Array =>
      encodeSafetensors(new Map([[name, { dtype: 'F32', shape: [2], data: new Float32Array(length) }]]));
    expect(() => write('weight', 3)).toThrow(
      "Tensor 'weight' of F32 [2] has 12 bytes instead of 8. " +
        'Provide as many values as its shape requires, in the array of its type.',
    );
  });

  it.each(['__metadata__', '__proto__', 'prototype', 'constructor', '\ud800', 'a\udc00b'])(
    'does not write what it could not read: %s',
    (name) => {
      const tensor = { dtype: 'F32', shape: [], data: Float32Array.of(1) } as const;
      const message =
        `A tensor has the name '${name}'. A safetensors file with this name could not be read. ` +
        'Rename it.';
      expect(() => encodeSafetensors(new Map([[name, tensor]]))).toThrow(message);
      const metadata = Object.fromEntries([[name, 'text']]);
      expect(() => encodeSafetensors(new Map(), metadata)).toThrow(message);
    },
  );

  it.each(['hasOwnProperty', 'toString', '__metadata', 'layer.constructor', '', '\ud83d\ude00', 'a/b'])(
    'reads back what it writes: %j',
    (name) => {
      const state: StateDict = new Map([[name, { dtype: 'F32', shape: [], data: Float32Array.of(1) }]]);
      expect([...decodeSafetensors(encodeSafetensors(state)).tensors.keys()]).toEqual([name]);
    },
  );

  it('rejects values in an array of another type', () => {
    const write = (dtype: 'F32' | 'I64', data: Int32Array): Uint8Array =>
      encodeSafetensors(new Map([['weight', { dtype, shape: [2], data }]]));
    const fix = 'Provide as many values as its shape requires, in the array of its type.';
    expect(() => write('F32', Int32Array.of(1, 2))).toThrow(
      `Tensor 'weight' of F32 [2] has its values in Int32Array instead of Float32Array. ${fix}`,
    );
    expect(() => write('I64', Int32Array.of(1, 0, 2, 0))).toThrow(
      `Tensor 'weight' of I64 [2] has its values in Int32Array instead of BigInt64Array. ${fix}`,
    );
  });

  it('keeps integers of 64 bits', () => {
    const data = BigInt64Array.of(2n ** 31n, 2n ** 40n, -(2n ** 63n), 2n ** 63n - 1n);
    const state: StateDict = new Map([['steps', { dtype: 'I64', shape: [4], data }]]);
    expect(decodeSafetensors(encodeSafetensors(state)).tensors.get('steps')?.data).toEqual(data);
  });
});

describe('hostile and broken files', () => {
  const four = new Uint8Array(4);
  const claims = (length: bigint): Uint8Array => {
    const bytes = Buffer.alloc(10);
    bytes.writeBigUInt64LE(length);
    return bytes;
  };

  it.each<[problem: string, bytes: Uint8Array]>([
    ['it has 3 bytes, too few for a header', new Uint8Array(3)],
    ['its header claims 18446744073709551615 bytes, more than 100000000', claims(2n ** 64n - 1n)],
    ['its header claims 100000001 bytes, more than 100000000', claims(100_000_001n)],
    ['its header claims 3 bytes, but the file has only 2', claims(3n)],
    ['its header is not JSON', file('{"a":')],
    ['its header is not JSON', claims(0n).subarray(0, 8)],
    ['its header is not a JSON object', file('[]')],
    ['its header is not a JSON object', file(' {}')],
    ['its header is not a JSON object', file('null')],
    ["its header has the key 'a' twice", file('{"a":1,"\\u0061":2}')],
    ["its header has the key 'a' twice", file('{"a" : "\\\\", "b": "\\\\\\"a\\": {", "a":2}')],
    ["its header has the key 'dtype' twice", file('{"a":{"dtype":"F32","dtype":"U8"}}')],
    ["a tensor has the name '__proto__'", file('{"__proto__":{}}')],
    ["the entry of tensor 'a' is not an object", file({ a: [] })],
    ["tensor 'a' has the shape [-1]", file({ a: entry([-1], 0, 4) }, four)],
    ["tensor 'a' has the shape [1.5]", file({ a: entry([1.5], 0, 4) }, four)],
    ["tensor 'a' has the shape [1e+300]", file({ a: entry([1e300], 0, 4) }, four)],
    ["tensor 'a' has the offsets [0]", file({ a: { dtype: 'F32', shape: [], data_offsets: [0] } }, four)],
    ["tensor 'a' of F32 [2] needs 8 bytes, but has 4", file({ a: entry([2], 0, 4) }, four)],
    ["tensor 'a' of F32 [] needs 4 bytes, but has -4", file({ a: entry([], 4, 0) }, four)],
    [
      "tensor 'a' of F32 [9007199254740991, 9007199254740991] needs 3.2451855365842665e+32 bytes, but has 4",
      file({ a: entry([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], 0, 4) }, four),
    ],
    [
      "tensor 'b' starts at byte 2, inside the previous tensor",
      file({ a: entry([1], 0, 4), b: entry([1], 2, 6) }, new Uint8Array(6)),
    ],
    ['bytes 0 to 4 belong to no tensor', file({ a: entry([1], 4, 8) }, new Uint8Array(8))],
    ['bytes 4 to 6 belong to no tensor', file({ a: entry([1], 0, 4) }, new Uint8Array(6))],
    ['its tensors take 8 bytes, but the file has only 4', file({ a: entry([2], 0, 8) }, four)],
    ["its '__metadata__' does not map keys to texts", file({ __metadata__: { a: 1 } })],
    ["its '__metadata__' does not map keys to texts", file({ __metadata__: 'a' })],
    ["its '__metadata__' has the key '__proto__'", file('{"__metadata__":{"__proto__":"a"}}')],
  ])('%s', (problem, bytes) => {
    expect(() => decodeSafetensors(bytes)).toThrow(
      `This is not a valid safetensors file: ${problem}. Write the file again, or get it again from its source.`,
    );
  });

  it('name an element type that Fulgur does not read', () => {
    expect(() => decodeSafetensors(file({ a: entry([1], 0, 8, 'F64') }, new Uint8Array(8)))).toThrow(
      `Tensor 'a' of the safetensors file has the element type "F64". ` +
        'Fulgur reads F32, I32, I64, U8, BOOL, F16, BF16. Convert it to F32 where the file is created.',
    );
    expect(() => decodeSafetensors(file({ a: entry([1], 0, 8, 'toString') }))).toThrow('"toString"');
  });

  it('are rejected at whatever byte a valid file is truncated', () => {
    for (let length = 0; length < fromPython.length; length++) {
      expect(() => decodeSafetensors(fromPython.subarray(0, length))).toThrow('not a valid safetensors file');
    }
  });
});

it.each([
  ['plain', 'x'],
  ['of escapes', '\\"'],
  ['of backslashes', '\\\\'],
  ['of braces', '{[:"'.replace('"', '\\"')],
])('reads a header with a string of twelve million characters, %s', (_, unit) => {
  const text = unit.repeat(12_000_000 / unit.length);
  const header = Buffer.from(`{"__metadata__":{"note":"${text}"}}`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const { metadata } = decodeSafetensors(Buffer.concat([length, header]));
  expect(metadata['note']?.length).toBe(
    (JSON.parse(`"${unit}"`) as string).length * (12_000_000 / unit.length),
  );
});
