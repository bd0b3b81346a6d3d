import { compile, liveCounts, nn, start, tf } from '../../src';

beforeAll(() => start({ accelerator: 'cpu' }));

const drawn = <R extends tf.Rank>(shape: tf.ShapeMap[R], seed: number): tf.Tensor<R> =>
  tf.randomNormal<R>(shape, 0, 1, 'float32', seed);

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  return tf.tidy(() => Number(tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]));
}

/** What a function gives in a compiled step of each precision, and how far the two are apart. */
async function bf16Error(work: () => tf.Tensor): Promise<number> {
  const plain = await compile(work, { name: 'plain' })();
  const mixed = await compile(work, { name: 'mixed', precision: 'bf16-mixed' })();
  const difference = largestDifference(plain, mixed);
  tf.dispose([plain, mixed]);
  return difference;
}

describe('exactMatMul', () => {
  const transposed = [false, true].flatMap((a) => [false, true].map((b) => [a, b] as const));

  it.each(transposed)(
    'has the values and gradients of matMul, transposed %s and %s',
    async (first, second) => {
      for (const batch of [[], [3]]) {
        const a = drawn([...batch, ...(first ? [5, 4] : [4, 5])], 1);
        const b = drawn([...batch, ...(second ? [6, 5] : [5, 6])], 2);
        const weights = drawn([...batch, 4, 6], 3);
        for (const eager of [false, true]) {
          const [ours, theirs] = await Promise.all(
            [nn.exactMatMul<tf.Tensor>, tf.matMul<tf.Tensor>].map((product) =>
              compile(
                (x: tf.Tensor, y: tf.Tensor) => {
                  const loss = () => tf.sum<tf.Scalar>(tf.mul(product(x, y, first, second), weights));
                  return { ...tf.engine().gradients(loss, [x, y]), product: product(x, y, first, second) };
                },
                { name: 'product', eager },
              )(a, b),
            ),
          );
          expect(ours!.value).toBeCloseTo(theirs!.value, 4);
          expect(largestDifference(ours!.product, theirs!.product)).toBeLessThan(1e-5);
          ours!.grads.forEach((gradient, i) => {
            expect(largestDifference(gradient, theirs!.grads[i]!)).toBeLessThan(1e-5);
          });
          tf.dispose([ours, theirs]);
        }
        tf.dispose([a, b, weights]);
      }
    },
  );

  it('is float32 in a step of bf16-mixed, where matMul is not', async () => {
    const [a, b] = [drawn<tf.Rank.R2>([64, 128], 1), drawn<tf.Rank.R2>([128, 64], 2)];
    expect(await bf16Error(() => tf.matMul(a, b))).toBeGreaterThan(1e-2);
    expect(await bf16Error(() => nn.exactMatMul(a, b))).toBe(0);
    tf.dispose([a, b]);
  });

  it('reports factors that do not fit', () => {
    const [a, b] = [tf.zeros<tf.Rank.R2>([4, 3]), tf.zeros<tf.Rank.R2>([4, 5])];
    expect(() => nn.exactMatMul(a, b, false, true)).toThrow(
      'exactMatMul got factors of shape [4, 3] and [4, 5] (transposed). ' +
        'Use matrices with the same inner length, or batches of them with the same batch axes.',
    );
    const images: tf.Tensor = tf.zeros([2, 3, 5]);
    expect(() => nn.exactMatMul<tf.Tensor>(a, images)).toThrow('of shape [4, 3] and [2, 3, 5].');
    tf.dispose([a, b, images]);
  });

  it('leaves no tensor behind but the product', () => {
    const a = tf.ones<tf.Rank.R2>([2, 2]);
    nn.exactMatMul(a, a).dispose();
    const before = liveCounts();
    nn.exactMatMul(a, a).dispose();
    nn.float32Barrier(a).dispose();
    expect(liveCounts()).toEqual(before);
    a.dispose();
  });
});

describe('float32Barrier', () => {
  it('keeps what stands between two products in float32', async () => {
    // Powers of two and few rows: the products themselves are exact in bfloat16, so only what is between them can round.
    const x = tf.tensor2d([[1, 2, 4, 8]]);
    const identity = tf.eye(4);
    const between = (guard: (y: tf.Tensor2D) => tf.Tensor2D) => () => {
      const first = guard(tf.matMul(x, identity));
      const moved = tf.sub(tf.add(first, 1 / 1024), 1 / 2048);
      // Only the difference goes into the second product: of the order of bfloat16's rounding.
      return tf.matMul<tf.Tensor2D>(tf.mul(tf.sub(moved, first), 2048), identity);
    };
    expect(await bf16Error(between((y) => y))).toBeGreaterThan(0.5);
    expect(await bf16Error(between(nn.float32Barrier))).toBe(0);
    tf.dispose([x, identity]);
  });

  it('hands the gradient through', () => {
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.sum(tf.mul(nn.float32Barrier(x), [1, -2.5, 3e-8])))(tf.ones([3]));
      expect([...gradient.dataSync()]).toEqual([1, -2.5, Math.fround(3e-8)]);
    });
  });
});
