import { RandomStream } from '../../../src/engine';
import { nearest } from '../../../src/evaluation';
import { nearestRows, precisionOf, quantise, quantisedIn, rowOf } from '../../../src/export/web/quantised';

const rows = 400;
const width = 64;

/** Rows that have most in common, as features of one data set have; the third has no direction. */
function features(): Float32Array {
  const random = new RandomStream(7, 'evaluation', [rows]);
  const all = Float32Array.from({ length: rows * width }, (_, i) => 5 + (i % width) + random.normal());
  return all.fill(0, 2 * width, 3 * width);
}

describe('quantised features', () => {
  it.each(['int16', 'int8'] as const)(
    'of %s yield similarities within the error of half a step',
    (precision) => {
      const values = features();
      const shape = { rows, width, precision };
      const index = quantisedIn(quantise(values, shape), shape);
      const names = Array.from({ length: rows }, (_, row) => String(row));
      const query = values.subarray(5 * width, 6 * width);
      const exact = nearest({ features: values, width, names }, query, rows);
      const found = new Map(nearestRows(index, query, rows).map((near) => [near.row, near.similarity]));
      expect(found.size).toBe(rows - 1);
      const apart = exact.map(({ row, similarity }) => Math.abs(similarity - found.get(row)!));
      // Half a step in each number, against a query of length 1; and float32.
      const steps = Math.max(...index.steps.filter((step) => !Number.isNaN(step)));
      expect(Math.max(...apart)).toBeLessThan((steps / 2) * Math.sqrt(width) + 1e-6);
      expect(rowOf(index, 2)).toBeNull();
    },
  );

  it('have 16 bits up to 64 MB, and 8 beyond', () => {
    expect(precisionOf(50_000, 512)).toBe('int16');
    expect(precisionOf(50_000, 2048)).toBe('int8');
  });

  it('of equal rows keep their direction', () => {
    const shape = { rows: 3, width: 2, precision: 'int16' } as const;
    const index = quantisedIn(quantise(Float32Array.of(3, 4, 3, 4, 3, 4), shape), shape);
    expect(nearestRows(index, Float32Array.of(3, 4), 2).map(({ row }) => row)).toEqual([0, 1]);
    expect(rowOf(index, 1)?.[1]).toBeCloseTo(0.8, 6);
  });
});
