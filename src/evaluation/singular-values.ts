import type { TaskReport } from '../contracts';
import type { FeatureTable } from './feature-table';

/** The number of operations between two reports, about 50 ms of them. */
const PIECE = 3e7;
/** The number of rows that are summed together, so that the sums pass through memory once for all of them. */
const ROWS = 8;
/** The number of iterations after which an eigenvalue would certainly have been found; two are usual. */
const MOST_TURNS = 60;

/**
 * The singular values of a table `[samples, width]` of finite features, the largest first, as many as the smaller side
 * has; in float64, each within about 1e-8 of the largest. They are square roots of the eigenvalues of the smaller
 * matrix of inner products. Takes time proportional to samples · width · smaller side, and to the cube of the smaller
 * side.
 *
 * @param report receives the fraction of the work done, and may end it by rejecting.
 */
export async function singularValues(table: FeatureTable, report?: TaskReport): Promise<Float64Array> {
  const { features, labels, width } = table;
  const samples = labels.length;
  const size = Math.min(samples, width);
  const products = (samples * width * size) / 2;
  const all = products + (2 * size ** 3) / 3;
  const tell = async (done: number): Promise<void> => report?.(Math.round(done), Math.round(all));
  const inner = new Float64Array(size * size);
  const add = width <= samples ? addOuterProducts : addInnerProducts;
  const step = Math.max(ROWS, Math.ceil((PIECE / (width * size)) * 2));
  for (let row = 0; row < samples; row += step) {
    add(inner, features, width, row, Math.min(samples, row + step));
    await tell((products * row) / samples);
  }
  const { diagonal, beside } = await tridiagonal(inner, size, (share) =>
    tell(products + (all - products) * share),
  );
  const eigenvalues = eigenvaluesOf(diagonal, beside).sort().reverse();
  return eigenvalues.map((value) => Math.sqrt(Math.max(0, value)));
}

/** Adds the outer products of rows with themselves to the lower half of `[width, width]`. */
function addOuterProducts(
  sums: Float64Array,
  features: Float32Array,
  width: number,
  from: number,
  to: number,
): void {
  for (let start = from; start < to; start += ROWS) {
    const end = Math.min(to, start + ROWS);
    for (let i = 0; i < width; i++) {
      for (let row = start; row < end; row++) {
        const at = row * width;
        const factor = features[at + i] ?? 0;
        if (factor === 0) continue;
        for (let j = 0, place = i * width; j <= i; j++, place++) {
          sums[place] = (sums[place] ?? 0) + factor * (features[at + j] ?? 0);
        }
      }
    }
  }
}

/** Writes the inner products of some rows with the rows up to them into the lower half of `[samples, samples]`. */
function addInnerProducts(
  products: Float64Array,
  features: Float32Array,
  width: number,
  from: number,
  to: number,
): void {
  const samples = Math.sqrt(products.length);
  for (let i = from; i < to; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0, a = i * width, b = j * width; k < width; k++, a++, b++) {
        sum += (features[a] ?? 0) * (features[b] ?? 0);
      }
      products[i * samples + j] = sum;
    }
  }
}

/**
 * Turns a symmetric matrix, of which the lower half is read, into a tridiagonal one with the same eigenvalues. The
 * input is overwritten.
 *
 * Source: Householder reflections; Golub and Van Loan, "Matrix computations", section 8.3.1, from the last row on.
 *
 * @returns the diagonal and the elements beside it: `beside[i]` in row i, before the diagonal.
 */
async function tridiagonal(
  matrix: Float64Array,
  size: number,
  report: (share: number) => Promise<void>,
): Promise<{ diagonal: Float64Array; beside: Float64Array }> {
  const beside = new Float64Array(size);
  let sincePiece = 0;
  for (let i = size - 1; i > 0; i--) {
    beside[i] = reflectRow(matrix, size, i);
    sincePiece += 2 * i * i;
    if (sincePiece < PIECE) continue;
    sincePiece = 0;
    await report(1 - (i / size) ** 3);
  }
  return { diagonal: Float64Array.from({ length: size }, (_, i) => matrix[i * size + i] ?? 0), beside };
}

/**
 * Reflects the rows and columns before the i-th, so that in this row all of them except the last become 0; returns the
 * last.
 */
function reflectRow(matrix: Float64Array, size: number, i: number): number {
  const v = matrix.slice(i * size, i * size + i);
  const last = v[i - 1] ?? 0;
  const before = v.subarray(0, i - 1).reduce((sum, value) => sum + value * value, 0);
  if (before === 0) return last;
  const length = Math.sqrt(before + last * last);
  const image = last > 0 ? -length : length;
  v[i - 1] = last - image;
  const half = length * length - image * last;
  // p = A v / half, with each element of the lower half used in both of its positions.
  const p = new Float64Array(i);
  for (let row = 0; row < i; row++) {
    const own = v[row] ?? 0;
    let sum = 0;
    const start = row * size;
    for (let column = 0; column < row; column++) {
      const value = matrix[start + column] ?? 0;
      sum += value * (v[column] ?? 0);
      p[column] = (p[column] ?? 0) + value * own;
    }
    p[row] = (p[row] ?? 0) + sum + (matrix[start + row] ?? 0) * own;
  }
  let product = 0;
  for (let row = 0; row < i; row++) {
    p[row] = (p[row] ?? 0) / half;
    product += (p[row] ?? 0) * (v[row] ?? 0);
  }
  const share = product / (2 * half);
  for (let row = 0; row < i; row++) p[row] = (p[row] ?? 0) - share * (v[row] ?? 0);
  for (let row = 0; row < i; row++) {
    const [a, b] = [v[row] ?? 0, p[row] ?? 0];
    const start = row * size;
    for (let column = 0; column <= row; column++) {
      const place = start + column;
      matrix[place] = (matrix[place] ?? 0) - a * (p[column] ?? 0) - b * (v[column] ?? 0);
    }
  }
  return image;
}

/**
 * Returns the eigenvalues of a symmetric tridiagonal matrix, in no particular order.
 *
 * Source: the QL algorithm with implicit shifts; Golub and Van Loan, section 8.3.3.
 *
 * @param beside as returned by `tridiagonal`.
 */
function eigenvaluesOf(diagonal: Float64Array, beside: Float64Array): Float64Array {
  const size = diagonal.length;
  const d = diagonal.slice();
  // e[i] is between i and i + 1.
  const e = new Float64Array(size);
  e.set(beside.subarray(1));
  const at = (values: Float64Array, i: number): number => values[i] ?? 0;
  for (let first = 0; first < size; first++) {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      let end = first;
      while (end < size - 1 && !isNothing(at(e, end), at(d, end), at(d, end + 1))) end += 1;
      if (end === first) break;
      let g = (at(d, first + 1) - at(d, first)) / (2 * at(e, first));
      const root = Math.hypot(g, 1);
      g = at(d, end) - at(d, first) + at(e, first) / (g + (g < 0 ? -root : root));
      let [sine, cosine, shift] = [1, 1, 0];
      let i = end - 1;
      for (; i >= first; i--) {
        const f = sine * at(e, i);
        const b = cosine * at(e, i);
        const length = Math.hypot(f, g);
        e[i + 1] = length;
        if (length === 0) break;
        sine = f / length;
        cosine = g / length;
        g = at(d, i + 1) - shift;
        const turned = (at(d, i) - g) * sine + 2 * cosine * b;
        shift = sine * turned;
        d[i + 1] = g + shift;
        g = cosine * turned - b;
      }
      e[end] = 0;
      if (i >= first) {
        d[i + 1] = at(d, i + 1) - shift;
        continue;
      }
      d[first] = at(d, first) - shift;
      e[first] = g;
    }
  }
  return d;
}

/** Whether the element beside two elements of the diagonal is below their rounding error. */
function isNothing(beside: number, one: number, other: number): boolean {
  const size = Math.abs(one) + Math.abs(other);
  return size + Math.abs(beside) === size;
}
