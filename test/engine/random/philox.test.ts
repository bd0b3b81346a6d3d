import { philox } from '../../../src/engine/random/philox';

function words(key: readonly [number, number], counter: readonly [number, number, number, number]): string[] {
  const out = new Uint32Array(4);
  philox(out, key, counter);
  return Array.from(out, (word) => word.toString(16).padStart(8, '0'));
}

// Random123's known answers for philox4x32-10 (kat_vectors).
describe('philox', () => {
  it('gives the published words for a key and counter of zeros', () => {
    expect(words([0, 0], [0, 0, 0, 0])).toEqual(['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']);
  });

  it('gives the published words for a key and counter of ones', () => {
    const ones = 0xffffffff;
    expect(words([ones, ones], [ones, ones, ones, ones])).toEqual([
      '408f276d',
      '41c83b0e',
      'a20bc7c6',
      '6d5451fd',
    ]);
  });

  it('gives the published words for the digits of pi', () => {
    const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
    expect(words([0xa4093822, 0x299f31d0], counter)).toEqual([
      'd16cfe09',
      '94fdcceb',
      '5001e420',
      '24126ea1',
    ]);
  });

  it('gives blocks of one counter after the other, from the last one round to the first', () => {
    const many = new Uint32Array(12);
    philox(many, [7, 8], [0xfffffffe, 1, 2, 3]);
    const one = (first: number): string[] => words([7, 8], [first, 1, 2, 3]);
    expect(Array.from(many, (word) => word.toString(16).padStart(8, '0'))).toEqual([
      ...one(0xfffffffe),
      ...one(0xffffffff),
      ...one(0),
    ]);
  });
});
