import {
  byCodePoint,
  nameBytes,
  nameOfBytes,
  readableName,
} from '../../../../src/data/datasets/folder/file-name';

/** What Python's `os.fsdecode` gives in a UTF-8 locale. */
const names: readonly (readonly [bytes: Buffer, name: string, readable: string])[] = [
  [Buffer.from('plain é €'), 'plain é €', 'plain é €'],
  [Buffer.from([0xff]), '\udcff', '\\xff'],
  [Buffer.from([0x63, 0xe9, 0x2e]), 'c\udce9.', 'c\\xe9.'],
  [Buffer.from([0xe2, 0x82]), '\udce2\udc82', '\\xe2\\x82'],
  [Buffer.from([0xe2, 0x82, 0xac, 0xff]), '€\udcff', '€\\xff'],
  [Buffer.from([0xed, 0xa0, 0x80]), '\udced\udca0\udc80', '\\xed\\xa0\\x80'],
  [Buffer.from([0xf0, 0x9f, 0x98, 0x80, 0x80]), '\u{1f600}\udc80', '\u{1f600}\\x80'],
];

describe('file names', () => {
  it.each(names)('keeps the bytes %o', (bytes, name, readable) => {
    expect(nameOfBytes(bytes)).toBe(name);
    expect(nameBytes(name)).toEqual(bytes);
    expect(readableName(name)).toBe(readable);
  });

  it('sorts by code points, beyond the basic plane too', () => {
    const sorted = [
      '',
      'A',
      'B',
      'a',
      'aa',
      'a\u{1f600}',
      '\udc80',
      '\ue000',
      '\uff21',
      '\u{1f600}',
      '\u{1f601}',
    ];
    expect([...sorted].reverse().sort(byCodePoint)).toEqual(sorted);
  });
});
