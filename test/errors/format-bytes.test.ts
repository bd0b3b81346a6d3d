import { formatBytes } from '../../src/errors';

it.each([
  [0, '0 kB'],
  [1_500, '1.5 kB'],
  [500e6, '500 MB'],
  [999_949, '999.9 kB'],
  [999_950, '1 MB'],
  [273.8e6, '273.8 MB'],
  [1500e6, '1.5 GB'],
  [2e9, '2 GB'],
  [5e15, '5000 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});
