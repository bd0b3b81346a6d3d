import {
  formatAddress,
  isLoopback,
  parseAddress,
  placeOnHost,
  unmapped,
} from '../../../src/launch/environments/address';

it.each([
  ['node1:2222', 'node1', 2222],
  ['job-worker-0.lab.svc:2222', 'job-worker-0.lab.svc', 2222],
  ['10.0.0.5:1', '10.0.0.5', 1],
  ['[fd00::5]:65535', 'fd00::5', 65_535],
])('reads and writes %s', (text, host, port) => {
  expect(parseAddress(text)).toEqual({ host, port });
  expect(formatAddress({ host, port })).toBe(text);
});

it.each([
  '',
  'node1',
  'node1:',
  ':2222',
  'node1:0',
  'node1:65536',
  'fd00::5:22',
  'http://node1:22',
  'a b:22',
])('does not accept "%s" as an address', (text) => {
  expect(parseAddress(text)).toBeNull();
});

it('writes an IPv4 address that came as IPv6 as IPv4', () => {
  expect(unmapped('::ffff:10.0.0.5')).toBe('10.0.0.5');
  expect([unmapped('10.0.0.5'), unmapped('fd00::5')]).toEqual(['10.0.0.5', 'fd00::5']);
});

it('recognises hosts that only their own machine can reach', () => {
  expect(['127.0.0.1', '127.0.1.1', '::1', 'Localhost'].map(isLoopback)).toEqual([true, true, true, true]);
  expect(['128.0.0.1', 'localhost.lab', '::2', '127.lab'].map(isLoopback)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

it('counts the ranks of one host, wherever they stand in the list', () => {
  const addresses = ['a:1', 'b:1', 'A:2', 'b:2', 'a:3'];
  expect(placeOnHost(addresses, 0)).toEqual({ localRank: 0, localWorldSize: 3 });
  expect(placeOnHost(addresses, 4)).toEqual({ localRank: 2, localWorldSize: 3 });
  expect(placeOnHost(addresses, 3)).toEqual({ localRank: 1, localWorldSize: 2 });
});
