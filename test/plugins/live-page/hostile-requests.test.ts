import { TestServer, allOf, gist, token } from './a-server';

let server: TestServer;
beforeAll(async () => {
  server = await new TestServer({ limits: { connections: 40, requestMs: 300, checkMs: 50 } }).listen();
});
afterAll(() => server.close());

const otherSite = '403 The request comes from a page of another site.';
const otherOrigin = '403 The request comes from a page of another origin.';
const wrongHost = '421 The Host header is not the name of this server.';
const readOnly = '405 This server is read-only: it accepts GET and HEAD.';
const noToken = '401 Open the address that the run printed: it ends with a token.';
const notAPath = '400 The address must be a path.';
const oddAddress =
  '400 Addresses of this server consist of letters, digits, dots and slashes, without a query.';
const dottedAddress = '400 No part of an address may begin with a dot.';
const noBody = '400 Requests to this server must not have a body.';
const nothingThere = '404 Nothing was found at this address.';

type Headers = Readonly<Record<string, string | null>>;

/** Each of them brings the right token, unless it says otherwise. */
it.each<[what: string, line: string, headers: Headers, answer: string]>([
  ['a form of another site', 'POST /', { 'Content-Length': '0' }, readOnly],
  ['a write', 'PUT /runs/0', { 'Content-Length': '0' }, readOnly],
  ['a removal', 'DELETE /events', {}, readOnly],
  [
    'the question whether another site may ask',
    'OPTIONS /events',
    { Origin: 'http://evil.example' },
    readOnly,
  ],
  ['a request that is to come back', 'TRACE /', {}, readOnly],
  ['a name that was made to mean this machine', 'GET /events', { Host: 'evil.example' }, wrongHost],
  ['a name that begins like this machine', 'GET /', { Host: '127.0.0.1.evil.example' }, wrongHost],
  ['a name that ends like this machine', 'GET /', { Host: 'evil-localhost' }, wrongHost],
  ['a login before the name', 'GET /', { Host: 'localhost@evil.example' }, wrongHost],
  ['another address of this machine', 'GET /', { Host: '127.0.0.2' }, wrongHost],
  ['an empty name', 'GET /', { Host: '' }, wrongHost],
  ['a page of another site', 'GET /events', { Origin: 'http://evil.example' }, otherOrigin],
  ['a page without an origin', 'GET /events', { Origin: 'null' }, otherOrigin],
  ['a page of another port', 'GET /events', { Origin: 'http://127.0.0.1:1' }, otherOrigin],
  ['a page by https', 'GET /runs', { Origin: 'https://127.0.0.1' }, otherOrigin],
  ['the script in another site', 'GET /live.js', { 'Sec-Fetch-Site': 'cross-site' }, otherSite],
  ['events by another port of this machine', 'GET /events', { 'Sec-Fetch-Site': 'same-site' }, otherSite],
  [
    'the page in a frame of another site',
    'GET /',
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
    otherSite,
  ],
  ['no token', 'GET /events', { Authorization: null }, noToken],
  ['a wrong token', 'GET /events', { Authorization: `Bearer ${token.slice(0, -1)}x` }, noToken],
  ['a part of the token', 'GET /events', { Authorization: `Bearer ${token.slice(0, -1)}` }, noToken],
  ['the token as a password', 'GET /runs', { Authorization: `Basic ${token}` }, noToken],
  ['the token as a cookie', 'GET /runs', { Authorization: null, Cookie: `token=${token}` }, noToken],
  ['the token in the address', `GET /events?token=${token}`, { Authorization: null }, oddAddress],
  ['no token for a path that does not exist', 'GET /runs/7', { Authorization: null }, noToken],
  ['a path out of the folder', 'GET /../../etc/passwd', {}, dottedAddress],
  ['a path out of the pictures', 'GET /images/../../config.yaml', {}, dottedAddress],
  ['a path out of the runs', 'GET /runs/../../../etc/passwd', {}, dottedAddress],
  ['a path in other signs', 'GET /%2e%2e/%2e%2e/etc/passwd', {}, oddAddress],
  ['a path in signs of signs', 'GET /%252e%252e/etc/passwd', {}, oddAddress],
  ['a path of Windows', 'GET /..\\..\\windows\\win.ini', {}, oddAddress],
  ['a byte of 0', 'GET /runs/0%00.png', {}, oddAddress],
  ['a hidden file', 'GET /.git/config', {}, dottedAddress],
  ['a file of the run', 'GET /config.yaml', {}, nothingThere],
  ['an absolute path', 'GET /etc/passwd', {}, nothingThere],
  [
    'a run that was never listed',
    'GET /runs/0',
    {},
    '404 The run does not exist, or a page can show nothing of it.',
  ],
  ['a run before the first', 'GET /runs/-1', {}, nothingThere],
  ['the name of an object property', 'GET /__proto__', {}, nothingThere],
  ['another server', 'GET http://evil.example/', {}, notAPath],
  ['another server without a scheme', 'GET //evil.example/', {}, notAPath],
  ['a body', 'GET /', { 'Content-Length': '5' }, noBody],
  ['a body in pieces', 'GET /', { 'Transfer-Encoding': 'chunked' }, noBody],
  [
    'a body that waits',
    'GET /',
    { Expect: '100-continue' },
    '417 Requests to this server must not have a body.',
  ],
  ['a body of two lengths', 'GET /', { 'Content-Length': '4', 'Transfer-Encoding': 'chunked' }, '400'],
  ['a WebSocket', 'GET /events', { Connection: 'Upgrade', Upgrade: 'websocket' }, '400'],
  [
    'a long address',
    `GET /${'a'.repeat(600)}`,
    {},
    '414 Addresses of this server have at most 512 characters.',
  ],
  ['a large header', 'GET /', { 'X-Large': 'a'.repeat(9000) }, '431'],
  [
    'many headers',
    'GET /',
    Object.fromEntries(Array.from({ length: 1500 }, (_, n) => [`X-${n}`, 'aaaa'])),
    '431',
  ],
  ['a tunnel', 'CONNECT evil.example:443', {}, '400'],
  ['an old head without a name', 'GET /', { Host: null }, '400 0'],
])('rejects %s', async (_, line, headers, answer) => {
  expect(gist(await server.ask(line, headers))).toBe(answer);
});

it('rejects two names', async () => {
  const answer = await server.say(
    `GET / HTTP/1.1\r\nHost: localhost\r\n${server.head({ Host: 'evil.example' })}\r\n`,
  );
  expect(gist(answer)).toBe(wrongHost);
});

it.each([
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['TLS', Buffer.from('16030100c8010000c40303', 'hex')],
  ['what is not HTTP', 'hello\r\n\r\n'],
  ['line ends within a header', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\rb: c\r\n\r\n'],
  ['a header that continues on the next line', 'GET / HTTP/1.1\r\nHost: localhost\r\n X: a\r\n\r\n'],
])('rejects %s', async (_, bytes) => {
  expect(gist(await server.say(bytes))).toMatch(/^400|^421 The Host header/);
});

it('drops a client that sends its request slowly, and one that sends nothing', async () => {
  const slow = server.connect();
  slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
  const drip = setInterval(() => slow.write('X: a\r\n'), 20);
  expect(gist(await allOf(slow))).toBe('408');
  clearInterval(drip);
  expect(gist(await allOf(server.connect()))).toBe('408');
});

it('accepts no more than its maximum number of connections, and new ones when those have ended', async () => {
  const many = Array.from({ length: 40 }, () => server.connect());
  await Promise.all(many.map((socket) => new Promise((resolve) => socket.once('connect', resolve))));
  expect(await server.ask('GET /')).toBe('');
  await Promise.all(many.map((socket) => allOf(socket)));
  expect(gist(await server.ask('GET /'))).toBe('200 <!doctype html>');
});

it('tells every page to load nothing else, to stay out of frames and to store nothing', async () => {
  for (const line of [
    'GET /',
    'GET /live.js',
    'GET /runs',
    'GET /images/0/7.png',
    'GET /nothing',
    'POST /',
  ]) {
    const head = (await server.ask(line)).split('\r\n\r\n')[0]?.toLowerCase() ?? '';
    expect(head).toContain(
      "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';",
    );
    expect(head).toContain("frame-ancestors 'none'");
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain('cache-control: no-store');
    expect(head).toContain('referrer-policy: no-referrer');
    expect(head).toContain('cross-origin-resource-policy: same-origin');
    expect(head).not.toContain('access-control');
    expect(head).not.toContain('set-cookie');
  }
});

describe('a page of this server', () => {
  it.each<[what: string, line: string, headers: Headers, answer: string]>([
    [
      'opens without a token, and holds nothing of the run',
      'GET /',
      { Authorization: null },
      '200 <!doctype html>',
    ],
    ['opens through a tunnel of another port', 'GET /', { Host: 'localhost:9999' }, '200 <!doctype html>'],
    ['opens by IPv6', 'GET /', { Host: '[::1]:8420' }, '200 <!doctype html>'],
    [
      'opens by a link in another site',
      'GET /',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' },
      '200 <!doctype html>',
    ],
    ['reads pictures', 'GET /images/0/7.png', { 'Sec-Fetch-Site': 'same-origin' }, '200 png'],
    ['reads the list of runs', 'GET /runs', {}, '200 []'],
    ['asks for the head alone', 'HEAD /', {}, '200'],
  ])('%s', async (_, line, headers, answer) => {
    expect(gist(await server.ask(line, headers))).toBe(answer);
  });
});
