import { FulgurError, isNumberOf, numbers, requireNumbers } from '../../src/errors';
import type { NumberRule } from '../../src/errors';

it.each<[string, NumberRule, number[], number[]]>([
  ['finite', numbers.finite, [-1, 0, 0.5], []],
  ['positive', numbers.positive, [1e-9, 3], [0, -1]],
  ['fromZero', numbers.fromZero, [0, 2.5], [-1e-9]],
  ['share', numbers.share, [0, 0.5, 1], [-0.1, 1.1]],
  ['belowOne', numbers.belowOne, [0, 0.999], [1, -0.1]],
  ['count', numbers.count, [1, 4096], [0, 1.5, -1]],
  ['countFromZero', numbers.countFromZero, [0, 3], [-1, 0.5]],
])('%s accepts its numbers and no others', (_, rule, fine, wrong) => {
  expect(fine.filter((value) => !isNumberOf(rule, value))).toEqual([]);
  const never = [...wrong, NaN, Infinity, -Infinity, '1', null, undefined, [1], true];
  expect(never.filter((value) => isNumberOf(rule, value))).toEqual([]);
});

it('says what was given, why it is invalid, and what to give', () => {
  const error = new FulgurError('module', {
    what: 'Scale got width the text "3".',
    why: 'It is the shape of a tensor.',
    fix: 'Give a whole number of 1 or more.',
  });
  const options = { kind: 'module', why: 'It is the shape of a tensor.' } as const;
  expect(() => requireNumbers('Scale', { height: 1, width: '3' }, numbers.count, options)).toThrow(error);
  expect(() => requireNumbers('Scale', { height: 1, width: 3 }, numbers.count, options)).not.toThrow();
});
