import { decodeFields, encodeFields } from '../../../src/engine/native/protobuf';

describe('protobuf fields', () => {
  it('are written as the format says', () => {
    // The examples of the format's own documentation: field 1 = 150, field 2 = "testing".
    expect([...encodeFields([[1, 150]])]).toEqual([0x08, 0x96, 0x01]);
    expect(Buffer.from(encodeFields([[2, 'testing']])).toString('hex')).toBe('120774657374696e67');
  });

  it('come back as they went in, nested, empty and large', () => {
    const inner = encodeFields([[16, 2 ** 40 + 1]]);
    const message = encodeFields([
      [1, 0],
      [2, inner],
      [3, ''],
    ]);
    const fields = [...decodeFields(message)];
    expect(fields.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(fields[0]!.value).toBe(0);
    expect([...decodeFields(fields[1]!.value as Uint8Array)]).toEqual([{ number: 16, value: 2 ** 40 + 1 }]);
    expect((fields[2]!.value as Uint8Array).length).toBe(0);
  });

  it('of fixed width are stepped over', () => {
    const fixed64 = [0x09, 1, 2, 3, 4, 5, 6, 7, 8];
    const fixed32 = [0x15, 1, 2, 3, 4];
    const fields = [...decodeFields(Uint8Array.from([...fixed64, ...fixed32, 0x18, 5]))];
    expect(fields).toEqual([{ number: 3, value: 5 }]);
  });

  it('of an unknown kind are rejected', () => {
    expect(() => [...decodeFields(Uint8Array.from([0x0b]))]).toThrow(
      new Error('Unknown protobuf wire type 3'),
    );
  });
});
