import { ConfigError } from '../../src/config';
import { CompositionError } from '../../src/container';
import { FulgurError } from '../../src/errors';
import { explainError } from '../../src/run/messages';

const problems = [
  { where: '--lr', what: 'is missing' },
  { where: '--seed', what: 'is missing' },
];

it.each([
  [new FulgurError('trainer', { what: 'Two things differ:', list: ['a', 'b'], fix: 'Undo them.' })],
  [
    new FulgurError('trainer', {
      what: 'Two things differ:',
      list: ['a'],
      why: 'Both count.',
      fix: 'Undo them.',
    }),
  ],
  [new FulgurError('trainer', { what: 'One thing differs.', why: 'It counts.', fix: 'Undo it.' })],
  [new ConfigError(problems)],
  [new CompositionError('toy', ['a does not fit', 'b does not fit'])],
])('shows all parts of an error: %#', (error) => {
  expect(explainError(error, false)).toBe(`Error: ${error.message}`);
});

it('shows each item of a list on its own line', () => {
  const error = new FulgurError('trainer', {
    what: 'Two things differ:',
    list: ['a', 'b'],
    why: 'Both count.',
    fix: 'Undo them.',
  });
  expect(error.message).toBe('Two things differ:\n  a\n  b\nBoth count. Undo them.');
});
