import { FulgurError, shortened, valueText } from '../../src/errors';

it('shows a value of any depth', () => {
  expect(valueText({ a: [1, null] })).toBe('{"a":[1,null]}');
  expect(valueText(undefined)).toBe('undefined');
  expect(valueText([NaN, -Infinity, 2n])).toBe('["NaN","-Infinity","2"]');
  expect(valueText(Infinity)).toBe('Infinity');
  expect(valueText(() => 1)).toBe('a function');
  expect(valueText(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBe('a list nested too deeply');
  expect(valueText(JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`))).toBe(
    'an object nested too deeply',
  );
});

it('leaves out the middle of a text that is too long to read', () => {
  expect(shortened('x'.repeat(2000))).toBe('x'.repeat(2000));
  expect(shortened(`a${'x'.repeat(1_000_000)}b`)).toBe(`a${'x'.repeat(1699)} [...] ${'x'.repeat(299)}b`);
});

it('keeps the fix of an error, however long its values are', () => {
  const long = 'v'.repeat(10_000);
  const error = new FulgurError('config', {
    what: `It is ${long}.`,
    list: [long],
    why: long,
    fix: 'Do this.',
  });
  expect(error.lines.map(({ length }) => length)).toEqual([2007, 2009, 2016]);
  expect(error.message.endsWith(' Do this.')).toBe(true);
});
