import { ConfigError } from '../../src/config';
import { FulgurError } from '../../src/errors';
import { exitCodeOf, explainError } from '../../src/run/messages';

const look = 'Set FULGUR_DEBUG=1 to see where it occurred.';
const full = new FulgurError('data', { what: 'The disk is full.', fix: 'Free some space.' });

describe('explainError', () => {
  it('shows only the message of our own errors', () => {
    expect(explainError(full, false)).toBe('Error: The disk is full. Free some space.');
  });

  it('explains how to see more if foreign code caused the error', () => {
    const wrapped = new FulgurError('plugin', {
      what: 'It failed.',
      fix: 'Correct it.',
      cause: new Error('x'),
    });
    const twice = new FulgurError('trainer', { what: 'It ended.', fix: 'Look.', cause: wrapped });
    const ours = new FulgurError('trainer', { what: 'It ended.', fix: 'Look.', cause: full });
    expect(explainError(wrapped, false)).toBe(`Error: It failed. Correct it.\n${look}`);
    expect(explainError(twice, false)).toBe(`Error: It ended. Look.\n${look}`);
    expect(explainError(ours, false)).toBe('Error: It ended. Look.');
  });

  it('shows a foreign error by type and message, and whatever else is thrown as text', () => {
    expect(explainError(new TypeError('x is undefined'), false)).toBe(`TypeError: x is undefined\n${look}`);
    expect(explainError('no', false)).toBe(`Error: no\n${look}`);
  });

  it('adds further errors that occurred while the run was ending', () => {
    const more = new AggregateError(
      [full, full],
      '1 more errors occurred while the run was ending: The disk is full.',
    );
    const first = new FulgurError('trainer', { what: 'It ended.', fix: 'Look.', cause: more });
    expect(explainError(first, false)).toBe(`Error: It ended. Look.\n${more.message}`);
    expect(explainError(new Error('broken', { cause: more }), false)).toBe(
      `Error: broken\n${more.message}\n${look}`,
    );
  });

  it('shows stacks and causes on request', () => {
    const text = explainError(new FulgurError('data', { what: 'A.', fix: 'B.', cause: full }), true);
    expect(text).toMatch(/^FulgurError: A\. B\.\n {4}at /);
    expect(text).toContain('[cause]: FulgurError: The disk is full. Free some space.\n');
  });
});

describe('exitCodeOf', () => {
  it('is 2 for invalid options and 1 for every other error', () => {
    expect(exitCodeOf(new ConfigError([{ where: '--lr', what: 'is wrong' }]))).toBe(2);
    expect(exitCodeOf(new FulgurError('config', { what: 'A.', fix: 'B.' }))).toBe(2);
    expect(exitCodeOf(full)).toBe(1);
    expect(exitCodeOf(undefined)).toBe(1);
  });
});
