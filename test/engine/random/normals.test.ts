import { RandomStream } from '../../../src/engine/random';
import { normalOf, writeNormals } from '../../../src/engine/random/normals';

/** How many values differ in a bit from the plain ones. */
function differences(words: Uint32Array, factor: number): number {
  const out = new Float32Array(words.length / 2);
  writeNormals(out, words, factor);
  const bits = new Uint32Array(out.buffer);
  const plain = Float32Array.from(out, (_, i) => factor * normalOf(words[2 * i] ?? 0, words[2 * i + 1] ?? 0));
  return new Uint32Array(plain.buffer).filter((value, i) => value !== bits[i]).length;
}

describe('normal numbers in bulk', () => {
  it('are the plain ones to the last bit, for a million pairs of words', () => {
    const stream = new RandomStream(5, 'loose');
    const words = Uint32Array.from({ length: 2_000_000 }, () => stream.word());
    expect(differences(words, 0.0589)).toBe(0);
    expect(differences(words.subarray(0, 200_000), -3)).toBe(0);
  });

  it('are the plain ones at the ends and borders of what the series are made for', () => {
    const near = (word: number): number[] =>
      [-2, -1, 0, 1, 2].map((step) => (word + step + 2 ** 32) % 2 ** 32);
    const powers = Array.from({ length: 33 }, (_, power) => near(2 ** power % 2 ** 32)).flat();
    const mantissas = Array.from({ length: 128 }, (_, bin) => near(2 ** 31 + bin * 2 ** 24)).flat();
    const angles = Array.from({ length: 256 }, (_, bin) => near(bin * 2 ** 24)).flat();
    const firsts = [...powers, ...mantissas, 2 ** 32 - 1000, 2 ** 32 - 900_000];
    const words = Uint32Array.from(firsts.flatMap((first) => angles.flatMap((second) => [first, second])));
    expect(differences(words, 1)).toBe(0);
    expect(differences(words, 1e-30)).toBe(0);
    expect(differences(words, 0)).toBe(0);
  });

  it.each([0, 1, 7, 511, 512, 513, 5000])(
    '%i of them are what a stream gives one by one, whatever came before',
    (length) => {
      for (const before of [0, 1, 2, 3, 4]) {
        const [bulk, single] = [new RandomStream(9, 'view', [1]), new RandomStream(9, 'view', [1])];
        for (const stream of [bulk, single]) for (let i = 0; i < before; i++) stream.word();
        const out = new Float32Array(length);
        bulk.fillNormal(out, 0.5);
        expect(out).toEqual(Float32Array.from(out, () => 0.5 * single.normal()));
        expect(bulk.word()).toBe(single.word());
      }
    },
  );
});
