import * as tf from '@tensorflow/tfjs-core';
import { afterStep, compile, isTracing, liveCounts, start, stepInput } from '../../../src/engine';
import { makeVariable } from '../make-variable';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  before = liveCounts();
});
afterEach(() => {
  tf.disposeVariables();
  expect(liveCounts()).toEqual(before);
});

/** Runs a body and disposes the tensors that it made, and kept, on its behalf. */
async function disposing(tensors: tf.Tensor[], body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    tf.dispose(tensors);
  }
}

describe('a compiled function', () => {
  it('is traced once for each signature and then only run', async () => {
    const [small, other, large] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([1, 2, 3])];
    let runs = 0;
    const messages: string[] = [];
    const sum = compile(
      (x: tf.Tensor) => {
        runs += 1;
        return tf.sum(x).asScalar();
      },
      { name: 'total', onRetrace: (message) => messages.push(message) },
    );
    await disposing([small, other, large], async () => {
      expect(await sum(small)).toBe(3);
      expect(await sum(other)).toBe(7);
      expect([runs, sum.traces, messages]).toEqual([1, 1, []]);
      expect(await sum(large)).toBe(6);
      expect(await sum(small)).toBe(3);
      expect([runs, sum.traces]).toEqual([2, 2]);
      expect(messages).toEqual([
        "The compiled function 'total' is traced again (trace 2 of at most 16) for arguments (float32[3]).",
      ]);
    });
    sum.dispose();
    expect(sum.traces).toBe(0);
  });

  it('warns on the terminal when it is traced again, and cannot be traced without end', async () => {
    const warn = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const scale = compile((factor: number, label: string) => ({ label, factor }), {
      name: 'scale',
      maxTraces: 2,
    });
    try {
      await scale(1, 'a');
      await scale(2, 'a');
      expect(warn.mock.calls).toEqual([
        [
          `The compiled function 'scale' is traced again (trace 2 of at most 2) for arguments (number:2,"a").\n`,
        ],
      ]);
      await expect(scale(2, 'b')).rejects.toThrow(
        `The compiled function 'scale' may be traced 2 times, but was called with one more signature: (number:2,"b"). ` +
          'Each new shape or plain value among the arguments costs a trace. ' +
          'Pass batches of the same shape (dropLast: true), use stepInput() for numbers that change, or raise maxTraces.',
      );
      expect(await scale(1, 'a')).toEqual({ label: 'a', factor: 1 });
    } finally {
      warn.mockRestore();
      scale.dispose();
    }
  });

  it.each([true, false])(
    'returns scalars as numbers, other tensors as tensors and the rest unchanged (eager: %s)',
    async (eager) => {
      const x = tf.tensor2d([[1, 2]]);
      const run = compile(
        (input: { x: tf.Tensor2D; name: string }) => ({
          loss: tf.sum(input.x).asScalar(),
          nested: [
            tf.mul(input.x, 2),
            { count: tf.scalar(3, 'int32'), flag: tf.scalar(true, 'bool') },
          ] as const,
          text: input.name,
          nothing: null,
          same: input.x,
        }),
        { eager },
      );
      await disposing([x], async () => {
        const result = await run({ x, name: 'digits' });
        const [doubled, rest] = result.nested as unknown as [tf.Tensor, { count: number; flag: number }];
        expect(result.loss).toBe(3);
        expect(rest).toEqual({ count: 3, flag: 1 });
        expect([result.text, result.nothing]).toEqual(['digits', null]);
        expect(doubled.arraySync()).toEqual([[2, 4]]);
        tf.dispose([doubled, result.same]);
        expect(x.arraySync()).toEqual([[1, 2]]);
      });
      run.dispose();
    },
  );

  it('reads captured tensors, and variables as they are at each call', async () => {
    const constant = tf.scalar(10);
    const weight = makeVariable(tf.scalar(1));
    const add = compile((x: tf.Tensor) => tf.add(tf.add(x, constant), weight).asScalar());
    const x = tf.scalar(100);
    await disposing([constant, x], async () => {
      expect(await add(x)).toBe(111);
      tf.tidy(() => weight.assign(tf.scalar(2)));
      expect(await add(x)).toBe(112);
      expect(add.traces).toBe(1);
    });
    add.dispose();
  });

  it('assigns variables, which have their old value while it is traced', async () => {
    const weight = makeVariable(tf.tensor1d([1, 2]));
    const untouched = makeVariable(tf.scalar(5));
    const step = compile(() => {
      weight.assign(tf.mul(weight, 2));
      weight.assign(tf.add(weight, untouched));
      return tf.sum(weight).asScalar();
    });
    expect(await step()).toBe(16);
    expect(await step()).toBe(42);
    expect(Array.from(weight.dataSync())).toEqual([19, 23]);
    expect(untouched.dataSync()[0]).toBe(5);
    step.dispose();
  });

  it('distinguishes variables that shared their memory when it was traced', async () => {
    const online = makeVariable(tf.scalar(1));
    const target = makeVariable(tf.scalar(0));
    target.assign(online);
    const step = compile(() => {
      online.assign(tf.add(online, 1));
      return [online, target].map((variable) => variable.clone().asScalar());
    });
    expect(await step()).toEqual([2, 1]);
    expect(await step()).toEqual([3, 1]);
    step.dispose();
  });

  it('distinguishes an argument from the captured tensor that it was at the first call', async () => {
    const captured = tf.scalar(1);
    const other = tf.scalar(5);
    const difference = compile((x: tf.Tensor, y: tf.Tensor) => [
      tf.sub(x, captured).asScalar(),
      tf.sub(x, y).asScalar(),
    ]);
    await disposing([captured, other], async () => {
      expect(await difference(captured, captured)).toEqual([0, 0]);
      expect(await difference(other, captured)).toEqual([4, 4]);
      expect(await difference(captured, other)).toEqual([0, -4]);
      expect(difference.traces).toBe(1);
    });
    difference.dispose();
  });

  it('takes a variable as an argument, and assigns it', async () => {
    const [first, second] = [makeVariable(tf.scalar(1)), makeVariable(tf.scalar(10))];
    const increment = compile(
      (counter: tf.Variable) => {
        counter.assign(tf.add(counter, 1));
      },
      { onRetrace: () => undefined },
    );
    await increment(first);
    await increment(second);
    await increment(first);
    expect([first.dataSync()[0], second.dataSync()[0]]).toEqual([3, 11]);
    increment.dispose();
  });

  it.each([true, false])(
    'asks step inputs before, and acts after, every successful call (eager: %s)',
    async (eager) => {
      let rate = 0.5;
      let steps = 0;
      const step = compile(
        () => {
          const scaled = tf
            .mul(
              stepInput(() => rate),
              2,
            )
            .asScalar();
          const count = stepInput(() => steps, 'int32');
          afterStep(() => (steps += 1));
          return { scaled, count };
        },
        { eager },
      );
      expect(await step()).toEqual({ scaled: 1, count: 0 });
      rate = 4;
      expect(await step()).toEqual({ scaled: 8, count: 1 });
      expect(steps).toBe(2);
      step.dispose();
    },
  );

  it('reports whether it is being traced', async () => {
    const seen: boolean[] = [];
    const body = (): void => void seen.push(isTracing());
    const [traced, eager] = [compile(body), compile(body, { eager: true })];
    await traced();
    await eager();
    expect([...seen, isTracing()]).toEqual([true, false, false]);
    traced.dispose();
  });

  it.each([
    ['compiled', false, ['traced', 'heard', 'run 1', 'run 2']],
    ['eager', true, ['traced', 'run 1', 'heard', 'traced', 'run 2']],
  ])('reports its first trace, which may call other functions, and waits: %s', async (_, eager, wanted) => {
    const order: string[] = [];
    const other = compile(() => tf.scalar(3));
    let runs = 0;
    const step = compile(
      () => {
        order.push('traced');
        afterStep(() => order.push(`run ${(runs += 1)}`));
      },
      {
        eager,
        onFirstTrace: async () => {
          expect(await other()).toBe(3);
          order.push('heard');
        },
      },
    );
    await step();
    await step();
    expect(order).toEqual(wanted);
    step.dispose();
    other.dispose();
  });

  it('is not run if a listener of its first trace fails', async () => {
    const count = makeVariable(tf.scalar(0));
    const step = compile(
      () => {
        count.assign(tf.add(count, 1));
      },
      { onFirstTrace: () => Promise.reject(new Error('the ranks differ')) },
    );
    await expect(step()).rejects.toThrow('the ranks differ');
    await expect(step()).rejects.toThrow('the ranks differ');
    expect(count.dataSync()[0]).toBe(0);
    step.dispose();
    count.dispose();
  });

  it('runs off the JavaScript thread, one call after the other', async () => {
    const x = tf.ones<tf.Rank.R2>([1500, 1500]);
    const order: string[] = [];
    const slow = compile((input: tf.Tensor2D) => {
      let product = input;
      for (let i = 0; i < 6; i++) product = tf.mul(tf.matMul(product, input), 1 / 1500);
      return tf.mean(product).asScalar();
    });
    const fast = compile((input: tf.Tensor2D) => tf.max(input).asScalar());
    await disposing([x], async () => {
      await Promise.all([slow(x), fast(x)]);
      let ticks = 0;
      const timer = setInterval(() => (ticks += 1), 2);
      const begin = performance.now();
      const first = slow(x).then((value) => order.push(`slow ${value.toFixed(3)}`));
      const second = fast(x).then((value) => order.push(`fast ${value}`));
      await Promise.all([first, second]);
      const elapsed = performance.now() - begin;
      clearInterval(timer);
      expect(order).toEqual(['slow 1.000', 'fast 1']);
      // A blocked loop would tick once or twice, whatever the time.
      expect(ticks).toBeGreaterThan(Math.min(elapsed / 20, 3));
    });
    slow.dispose();
    fast.dispose();
  });

  it('leaves no tensor and no native value behind, compiled or eager', async () => {
    const weight = makeVariable(tf.ones<tf.Rank.R2>([3, 2]));
    const x = tf.ones<tf.Rank.R2>([4, 3]);
    const body = (input: tf.Tensor2D): tf.Scalar => {
      const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.matMul(input, weight))));
      weight.assign(
        tf.sub(
          weight,
          tf.mul(
            grads[weight.name]!,
            stepInput(() => 0.01),
          ),
        ),
      );
      return value;
    };
    const [traced, eager] = [compile(body), compile(body, { eager: true })];
    await disposing([x], async () => {
      await traced(x);
      await eager(x);
      const counts = liveCounts();
      for (let i = 0; i < 20; i++) {
        await traced(x);
        expect(liveCounts()).toEqual(counts);
        await eager(x);
        expect(liveCounts()).toEqual(counts);
      }
    });
    traced.dispose();
  });
});
