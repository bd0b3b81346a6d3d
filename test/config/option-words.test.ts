import { z } from '../../src';
import { refusal } from '../../src/config/option';

it.each([
  [z.number(), 'abc', 'must be a number, not "abc"'],
  [z.boolean(), 1, 'must be true or false, not 1'],
  [z.number().int(), 1.5, 'must be a whole number, not 1.5'],
  [z.number().min(3), 1, 'must be at least 3, not 1'],
  [z.number().lt(3), 3, 'must be below 3, not 3'],
  [z.array(z.number()).min(1), [], 'must have at least 1 item, not []'],
  [z.string().max(2), 'abc', 'must have at most 2 characters, not "abc"'],
])('a schema without messages of its own is described in words: %#', (schema, value, message) => {
  const { error } = schema.safeParse(value);
  expect(error && refusal(schema, error, value)).toBe(message);
});
