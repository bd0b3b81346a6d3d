import { lengthsIn, wordsOfLength } from '../../src/strategy/process-group';

describe('lengths between ranks', () => {
  it.each([0, 1, 2 ** 30 - 1, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 2 ** 40 + 1])(
    'stay what they are: %d',
    (length) => {
      expect(lengthsIn(wordsOfLength(length))).toEqual([length]);
      expect(lengthsIn(Int32Array.of(...wordsOfLength(7), ...wordsOfLength(length)))).toEqual([7, length]);
    },
  );
});
