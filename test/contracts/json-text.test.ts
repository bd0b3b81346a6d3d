import { describe, expect, it } from '@jest/globals';
import { jsonText, parseJson } from '../../src/contracts';

describe('the text of a record', () => {
  it('is what JSON.stringify writes if that loses nothing', () => {
    const record = {
      nothing: null,
      flags: [true, false],
      numbers: [0, 1, -1.5, 1e21, 5e-324, 0.1 + 0.2, 2 ** 53],
      'a "name"\n': 'text \u2028 ü',
      empty: [{}, []],
      nested: { deeper: { deepest: [[1], { two: 2 }] } },
    };
    expect(jsonText(record)).toBe(JSON.stringify(record));
    for (const indent of [1, 2]) expect(jsonText(record, indent)).toBe(JSON.stringify(record, null, indent));
    expect(jsonText({ given: 1, missing: undefined })).toBe('{"given":1}');
  });

  it('names the numbers that JSON has no notation for, and writes minus zero as a float', () => {
    expect(jsonText({ best: Infinity, worst: -Infinity, broken: NaN, zero: -0 })).toBe(
      '{"best":"Infinity","worst":"-Infinity","broken":"NaN","zero":-0.0}',
    );
  });

  it.each([
    ['numbers', [NaN, Infinity, -Infinity, -0, 0, Number.MAX_VALUE, Number.MIN_VALUE]],
    [
      'strings that look like numbers',
      ['NaN', 'Infinity', '-Infinity', "'NaN", "''-Infinity", 'nan', "'", '0'],
    ],
    ['deeply nested values', { plugins: { stopping: { best: Infinity, seen: [[-0, { last: NaN }]] } } }],
  ])('is read back to the last bit: %s', (_, record) => {
    const back = parseJson(jsonText(record));
    expect(back).toStrictEqual(record);
    // Distinguishes strings from numbers, and minus zero from zero.
    expect(jsonText(back)).toBe(jsonText(record));
  });

  it('may contain names that every object has', () => {
    const text = jsonText(
      Object.fromEntries([
        ['__proto__', Infinity],
        ['constructor', NaN],
      ]),
    );
    expect(text).toBe('{"__proto__":"Infinity","constructor":"NaN"}');
    expect(Object.entries(parseJson(text) as object)).toEqual([
      ['__proto__', Infinity],
      ['constructor', NaN],
    ]);
  });

  it('is read where it was written by JSON.stringify', () => {
    const record = { epoch: 3, values: { loss: 'NaN', accuracy: 0.5 }, name: 'digits', rows: null };
    expect(parseJson(JSON.stringify(record, null, 2))).toEqual({
      ...record,
      values: { loss: NaN, accuracy: 0.5 },
    });
  });

  class Seen {
    best = 1;
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;
  it.each([
    ['a Map', { seen: new Map([['a', 1]]) }, 'state.seen is an object of class Map'],
    ['a Set', [[new Set([1])]], 'state[0][0] is an object of class Set'],
    ['a Date', { at: new Date(0) }, 'state.at is an object of class Date'],
    ['a typed array', { queue: Float32Array.of(1, 2) }, 'state.queue is an object of class Float32Array'],
    ['an object of a class', new Seen(), 'state is an object of class Seen'],
    ['a bigint', { count: 3n }, 'state.count is a bigint'],
    ['a function', { toJson: () => 1 }, 'state.toJson is a function'],
    ['undefined in a list', [1, undefined], 'state[1] is undefined'],
    ['a circle', circle, 'state.self contains itself'],
  ])('rejects what would not be read back unchanged: %s', (_, value, finding) => {
    expect(() => jsonText(value, 2, 'state')).toThrow(
      `${finding}, which cannot be written as JSON. It would not be read back unchanged. ` +
        'Use numbers, strings, booleans, lists and plain objects: [...map] for a Map, Array.from(values) for a typed array.',
    );
  });

  it('may contain the same object twice', () => {
    const shared = { a: 1 };
    expect(jsonText({ first: shared, second: [shared] })).toBe('{"first":{"a":1},"second":[{"a":1}]}');
  });
});
