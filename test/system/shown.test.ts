import { printable, printableLine, redacted, redactedData, shown } from '../../src/system';

describe('printable', () => {
  it.each([
    ['plain text, accents äöü, 漢字 and 😀', 'plain text, accents äöü, 漢字 and 😀'],
    ['\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['one\nError: two\r\n', 'one\\nError: two\\r\\n'],
    ['a\tb\bc\u0000', 'a\\tb\\x08c\\x00'],
    ['\u009b2J\u007f', '\\x9b2J\\x7f'],
    ['\u202etxt.exe\u2066', '\\u202etxt.exe\\u2066'],
    ['line\u2028separator', 'line\\u2028separator'],
  ])('shows %j as it is, without any effect', (text, expected) => {
    expect(printable(text)).toBe(expected);
    expect(shown(text)).toBe(expected);
  });

  it("leaves another program's colours and tabs, and nothing else", () => {
    expect(printableLine('\u001b[1;33mwarm\u001b[0m\tx\u001b[2Jy\u001b]0;t\u0007')).toBe(
      '\u001b[1;33mwarm\u001b[0m\tx\\x1b[2Jy\\x1b]0;t\\x07',
    );
  });
});

describe('redacted', () => {
  it.each([
    ['https://user:secret@host/path', 'https://***@host/path'],
    ['see https://user:se@cret@host, then go', 'see https://***@host, then go'],
    ['https://token@host', 'https://***@host'],
    ['//user:secret@host', '//***@host'],
    ['htps//user:secret@host', 'htps//***@host'],
    ['https://user:sec/ret@host/a', 'https://***@host/a'],
    ['https://user:p%40ss%2Fword@host', 'https://***@host'],
    ['https://host/a?token=secret&b=1#c', 'https://host/a?token=***&b=1#c'],
    ['https://host/?X-Amz-Signature=secret&X-Amz-Date=1', 'https://host/?X-Amz-Signature=***&X-Amz-Date=1'],
    ['https://host?a=1&access_token=secret', 'https://host?a=1&access_token=***'],
    ['https://host?API_KEY=secret;sig=secret', 'https://host?API_KEY=***;sig=***'],
    ['https://host/#password=secret', 'https://host/#password=***'],
    ['"https://a:secret@b" and https://c:secret@d?key=secret', '"https://***@b" and https://***@d?key=***'],
    ['postgres://u:secret@h/db', 'postgres://***@h/db'],
  ])('removes the secret from %s', (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });

  it.each([
    'https://host:8080/path@version',
    'https://host/@scope/package',
    'a mail to me@host about x=1',
    'keys=3, tokens=4',
    'https://host/a?monkey=1&page=2',
    '/home/user//file',
    'git@host:repository',
  ])('leaves %s alone', (text) => {
    expect(redacted(text)).toBe(text);
  });

  it('goes through plain data', () => {
    expect(redactedData({ a: ['https://u:p@h', 1, null], b: { c: 'x?token=t', d: true } })).toEqual({
      a: ['https://***@h', 1, null],
      b: { c: 'x?token=***', d: true },
    });
  });

  it.each([
    '//'.repeat(300_000),
    `//${'a'.repeat(600_000)}`,
    `?${'a'.repeat(600_000)}`,
    '//a:b'.repeat(100_000),
  ])('takes time in proportion to a hostile text', (text) => {
    const begun = performance.now();
    redacted(text);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});
