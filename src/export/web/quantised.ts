/**
 * Features as whole numbers, so that even 50,000 rows load quickly. Rows are normalised to length 1, and the mean of
 * all rows is subtracted, so that what all images have in common, often most of a feature, costs no precision. A row's
 * numbers are integer multiples of its own step.
 *
 * The bytes, little-endian: the mean, `[width]` float32; the steps, `[rows]` float32, NaN for a row without a direction; and
 * the multiples, `[rows, width]` int8 or int16.
 */
export type QuantisedPrecision = 'int8' | 'int16';

export interface QuantisedRows {
  readonly rows: number;
  readonly width: number;
  readonly precision: QuantisedPrecision;
}

/** Quantised features in memory. */
export interface QuantisedFeatures extends QuantisedRows {
  readonly mean: Float32Array;
  readonly steps: Float32Array;
  readonly multiples: Int8Array | Int16Array;
}

/** A row close to a query. */
export interface NearRow {
  readonly row: number;
  /** Cosine of the angle between the features. */
  readonly similarity: number;
}

/** Up to this total size in bytes, features have 16 bits per number, and beyond it 8. */
const MOST_BYTES_OF_16_BITS = 1 << 26;

export function precisionOf(rows: number, width: number): QuantisedPrecision {
  return rows * width * 2 <= MOST_BYTES_OF_16_BITS ? 'int16' : 'int8';
}

export function quantisedLength({ rows, width, precision }: QuantisedRows): number {
  return 4 * (width + rows) + rows * width * (precision === 'int16' ? 2 : 1);
}

/** Returns the parts of a buffer of quantised features. */
export function quantisedIn(buffer: ArrayBuffer, shape: QuantisedRows): QuantisedFeatures {
  const { rows, width, precision } = shape;
  const start = 4 * (width + rows);
  return {
    ...shape,
    mean: new Float32Array(buffer, 0, width),
    steps: new Float32Array(buffer, 4 * width, rows),
    multiples:
      precision === 'int16'
        ? new Int16Array(buffer, start, rows * width)
        : new Int8Array(buffer, start, rows * width),
  };
}

/**
 * Quantises features `[rows, width]`.
 *
 * @returns the buffer, as {@link quantisedIn} reads it.
 */
export function quantise(features: Float32Array, shape: QuantisedRows): ArrayBuffer {
  const { rows, width, precision } = shape;
  const buffer = new ArrayBuffer(quantisedLength(shape));
  const { mean, steps, multiples } = quantisedIn(buffer, shape);
  const lengths = Float64Array.from({ length: rows }, (_, row) => lengthOfRow(features, row, width));
  const sums = new Float64Array(width);
  let counted = 0;
  for (const [row, length] of lengths.entries()) {
    if (!hasDirection(length)) continue;
    counted += 1;
    for (let i = 0; i < width; i++) sums[i] = (sums[i] ?? 0) + (features[row * width + i] ?? 0) / length;
  }
  mean.set(sums.map((sum) => sum / Math.max(counted, 1)));
  const most = precision === 'int16' ? 32767 : 127;
  const rest = new Float64Array(width);
  for (const [row, length] of lengths.entries()) {
    if (!hasDirection(length)) {
      steps[row] = NaN;
      continue;
    }
    let largest = 0;
    for (let i = 0; i < width; i++) {
      const value = (features[row * width + i] ?? 0) / length - (mean[i] ?? 0);
      rest[i] = value;
      largest = Math.max(largest, Math.abs(value));
    }
    const step = Math.fround(largest / most);
    steps[row] = step;
    if (step === 0) continue;
    for (let i = 0; i < width; i++) {
      multiples[row * width + i] = Math.max(-most, Math.min(most, Math.round((rest[i] ?? 0) / step)));
    }
  }
  return buffer;
}

/** Returns the features of a row, with length 1 up to rounding; `null` for a row without a direction. */
export function rowOf(
  { mean, steps, multiples, width }: QuantisedFeatures,
  row: number,
): Float32Array | null {
  const step = steps[row] ?? NaN;
  if (Number.isNaN(step)) return null;
  return mean.map((value, i) => value + step * (multiples[row * width + i] ?? 0));
}

/**
 * Returns the rows whose features have the most similar direction to the query's, the nearest first; among equals, the
 * lowest row first.
 *
 * @param query features `[width]`, of any length but 0.
 */
export function nearestRows(index: QuantisedFeatures, query: Float32Array, count: number): NearRow[] {
  const { rows, width, steps } = index;
  const unit = unitOf(query);
  const common = dotFrom(index.mean, 0, unit);
  const best: NearRow[] = [];
  for (let row = 0; row < rows; row++) {
    const cosine = common + (steps[row] ?? NaN) * dotFrom(index.multiples, row * width, unit);
    const similarity = Math.max(-1, Math.min(1, cosine));
    const isNear = best.length < count || similarity > (best.at(-1)?.similarity ?? Infinity);
    if (Number.isNaN(similarity) || !isNear) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1]?.similarity ?? Infinity) < similarity) place -= 1;
    best.splice(place, 0, { row, similarity });
    if (best.length > count) best.pop();
  }
  return best;
}

/** Returns the cosine of the angle between the features of two images. */
export function similarityOf(a: Float32Array, b: Float32Array): number {
  return Math.max(-1, Math.min(1, dotFrom(unitOf(a), 0, unitOf(b))));
}

function unitOf(query: Float32Array): Float32Array {
  const length = lengthOfRow(query, 0, query.length);
  return query.map((value) => value / length);
}

function dotFrom(values: Float32Array | Int8Array | Int16Array, from: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += (values[from + i] ?? 0) * (query[i] ?? 0);
  return sum;
}

function lengthOfRow(values: Float32Array, row: number, width: number): number {
  let square = 0;
  for (let i = row * width; i < (row + 1) * width; i++) square += (values[i] ?? NaN) ** 2;
  return Math.sqrt(square);
}

function hasDirection(length: number): boolean {
  return length > 0 && length < Infinity;
}
