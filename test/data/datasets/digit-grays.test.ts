import { readFileSync } from 'node:fs';
import { readGrays } from '../../../src/data/datasets/digit-grays';

function plainly(text: string): number[] {
  return (JSON.parse(text) as { data: number[] }).data.map((value) => Math.round(value * 255));
}

function read(text: string): number[] {
  return Array.from(readGrays(Buffer.from(text)));
}

describe('gray values of the digits', () => {
  it('equal those of JSON for a whole file of the package', () => {
    const file = readFileSync(require.resolve('mnist/src/digits/8.json'));
    expect(readGrays(file)).toEqual(Uint8Array.from(plainly(file.toString('utf8'))));
  });

  it('equal those of JSON for each number of up to three decimals', () => {
    const all = Array.from({ length: 1000 }, (_, thousandths) => String(thousandths / 1000));
    const text = `{ "data": [${[...all, '1', '0.10', '0.500'].join(',')}]}`;
    expect(read(text)).toEqual(plainly(text));
  });

  it.each([
    '{"data":[0,1]}',
    '{ "data": [0, 0.5]}',
    '{ "data": [0.1234,1]}',
    '{ "data": []}',
    '{ "data": [1e-1]}',
  ])('are read from %s, which is written in another way', (text) => {
    expect(read(text)).toEqual(plainly(text));
  });

  it.each([
    '{ "data": [0,1',
    '{ "data": [0,,1]}',
    '{ "data": [0.,1]}',
    '{ "data": [.5]}',
    '{ "data": [0,]}',
    '{ "data": [00]}',
    '{ "data": [12]}x',
    '{ "data": [0]0]}',
    '',
  ])('are rejected in %j, which is not JSON', (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });

  it('are rejected if there are none', () => {
    expect(() => read('{}')).toThrow('undefined is not iterable');
  });
});
