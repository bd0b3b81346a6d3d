import * as tf from '@tensorflow/tfjs-core';
import { afterStep, compile, liveCounts, runOp, start } from '../../../src/engine';
import { makeVariable } from '../make-variable';

let x: tf.Tensor1D;
let weight: tf.Variable;
let before: ReturnType<typeof liveCounts>;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
  x = tf.tensor1d([1, 0, 2]);
  weight = makeVariable(tf.tensor1d([1, 2, 3]));
});

beforeEach(() => {
  // Their values are in native memory before anything is counted.
  tf.tidy(() => {
    tf.add(x, weight);
  });
  before = liveCounts();
});
afterEach(() => {
  expect(liveCounts()).toEqual(before);
});

async function messageOf(action: () => unknown): Promise<string> {
  try {
    await action();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('There was no error');
}

const read = [
  "The value of a tensor was read while 'step' was being traced, when it has no value yet.",
  'A traced function runs once with symbols; its operations then run natively at every step.',
  'Log it with log(), return it from the step, or move dataSync, arraySync and data into a host hook.',
].join(' ');

describe('a compiled function that reads a value while it is traced', () => {
  it.each<[string, (input: tf.Tensor1D) => tf.Tensor]>([
    ['an argument', (input) => input],
    ['a variable', () => weight],
    ['an intermediate', (input) => tf.add(input, 1)],
    [
      'an assigned variable',
      (input) => {
        weight.assign(tf.add(weight, input));
        return weight;
      },
    ],
  ])('reports it for %s', async (_, choose) => {
    const step = compile(
      (input: tf.Tensor1D) => {
        choose(input).dataSync();
      },
      { name: 'step' },
    );
    expect(await messageOf(() => step(x))).toBe(read);
    expect(Array.from(weight.dataSync())).toEqual([1, 2, 3]);
  });

  it('may read constants, and what it captures', async () => {
    const step = compile(() => [tf.scalar(2).dataSync()[0], tf.tensor(['a']).dataSync()[0]], {
      name: 'step',
    });
    expect(await step()).toEqual([2, 'a']);
    step.dispose();
  });

  it('leaves nothing behind when an eager gradient fails', async () => {
    const step = compile(
      () => {
        tf.variableGrads(() => {
          tf.square(weight);
          throw new Error('stop');
        });
      },
      { eager: true },
    );
    expect(await messageOf(() => step())).toBe('stop');
  });

  it('works again when it reads no more, also after a failure inside of a gradient', async () => {
    let reads = true;
    const step = compile(
      (input: tf.Tensor1D) => {
        const { value, grads } = tf.variableGrads(() => {
          const loss = tf.sum(tf.mul(input, weight)).asScalar();
          if (reads) loss.dataSync();
          return loss;
        });
        return [value, tf.sum(grads[weight.name]!).asScalar()];
      },
      { name: 'step' },
    );
    expect(await messageOf(() => step(x))).toBe(read);
    reads = false;
    expect(await step(x)).toEqual([7, 3]);
    step.dispose();
  });
});

describe('a compiled function', () => {
  it('must not create a variable', async () => {
    const step = compile((input: tf.Tensor1D) => void tf.variable(input), { name: 'step' });
    expect(await messageOf(() => step(x))).toBe(
      "A variable of shape [3] was created while 'step' was being traced. " +
        'A traced function runs once, so a variable created in it would be created once and lost. ' +
        'Create parameters, buffers and optimisers before the compiled function is first called.',
    );
  });

  it('names the operation whose shape depends on values', async () => {
    const step = compile((input: tf.Tensor1D) => runOp('Where', {}, [input], 1)[0]!, { name: 'step' });
    expect(await messageOf(() => step(x))).toBe(
      "The operation 'Where' returns a tensor whose shape depends on values, which a compiled step cannot have. " +
        'Replace it by an operation of fixed shape (for example a mask and tf.where with two branches), do it outside the step, or pass compile: false.',
    );
  });

  it('names the operation that TensorFlow rejects, traced or eager', async () => {
    const body = (): tf.Tensor => runOp('MatMul', {}, [x, x], 1)[0]!;
    const traced = await messageOf(compile(body));
    expect(traced).toMatch(/^TensorFlow rejected the operation 'MatMul': Shape must be rank 2 but is rank 1/);
    expect(traced).toMatch(/ Check the shapes and types of its inputs\.$/);
    const eager = await messageOf(compile(body, { eager: true }));
    expect(eager).toMatch(/^TensorFlow rejected the operation 'MatMul': .*In\[0\]/);
    expect(await messageOf(compile(() => runOp('NoSuchOp', {}, [x], 1)[0]!))).toMatch(
      /^TensorFlow rejected the operation 'NoSuchOp': /,
    );
  });

  it.each([true, false])('must not return a promise (eager: %s)', async (eager) => {
    const step = compile(async (input: tf.Tensor1D) => input.data(), { name: 'step', eager });
    expect(await messageOf(() => step(x))).toBe(
      "The function 'step' returned a promise. " +
        'Make it synchronous: a compiled function may only call tensor operations.',
    );
  });

  it('takes and gives only tensors and plain data', async () => {
    const step = compile((...values: unknown[]) => ({ when: [new Date(values.length)] }), { name: 'step' });
    expect(await messageOf(() => step({ lookup: new Map() }))).toBe(
      "The argument[0].lookup of the compiled function 'step' is of type Map, which it can neither accept nor return. " +
        'Use tensors, numbers, strings and booleans, in arrays and plain objects.',
    );
    expect(await messageOf(() => step(1))).toBe(
      "The result.when[0] of the compiled function 'step' is of type Date, which it can neither accept nor return. " +
        'Use tensors, numbers, strings and booleans, in arrays and plain objects.',
    );
  });

  it('reports that an argument has been disposed', async () => {
    const gone = tf.tensor1d([1]);
    gone.dispose();
    const step = compile((input: tf.Tensor1D) => tf.sum(input), { name: 'step' });
    expect(await messageOf(() => step(gone))).toBe(
      "The argument[0] of the compiled function 'step' is a tensor of shape [1] that has been disposed. Dispose it after the call.",
    );
  });

  it('reports that a captured tensor or variable has been disposed since', async () => {
    const captured = tf.tensor1d([1, 2]);
    const state = makeVariable(tf.scalar(1));
    const withTensor = compile(() => tf.sum(captured).asScalar(), { name: 'step' });
    const withVariable = compile(() => tf.add(state, 1).asScalar(), { name: 'step' });
    expect([await withTensor(), await withVariable()]).toEqual([3, 2]);
    tf.dispose([captured, state]);
    expect(await messageOf(withTensor)).toBe(
      "The compiled function 'step' uses a tensor of shape [2] that has been disposed since it was traced. " +
        'Keep it as long as the function is called, or pass it as an argument.',
    );
    expect(await messageOf(withVariable)).toBe(
      "The compiled function 'step' uses a variable of shape [] that has been disposed since it was traced. " +
        'Keep it as long as the function is called, or pass it as an argument.',
    );
    withTensor.dispose();
    withVariable.dispose();
  });

  it('reports a failure of a native operation, after which it can be called again', async () => {
    const indices = tf.tensor1d([2], 'int32');
    const outside = tf.tensor1d([7], 'int32');
    let actions = 0;
    const step = compile(
      (chosen: tf.Tensor1D) => {
        afterStep(() => (actions += 1));
        return tf.sum(tf.gather(x, chosen)).asScalar();
      },
      { name: 'step' },
    );
    expect(await step(indices)).toBe(2);
    const message = await messageOf(() => step(outside));
    expect(message).toMatch(
      /^TensorFlow failed in the compiled function 'step' \(operation GatherV2_\d+\): indices\[0\] = 7 is not in \[0, 3\)\. Run it with compile: false to see the operation that fails; if memory is exhausted, use a smaller batch\.$/,
    );
    expect(await step(indices)).toBe(2);
    expect(actions).toBe(2);
    tf.dispose([indices, outside]);
    step.dispose();
  });

  it('must not let a symbol out', async () => {
    let leaked: tf.Tensor | null = null;
    const step = compile((input: tf.Tensor1D) => void (leaked = tf.keep(tf.add(input, 1))), { name: 'step' });
    await step(x);
    const symbol = leaked as unknown as tf.Tensor;
    const message =
      "A tensor that was made while 'step' was being traced is used outside it, where it has no value. " +
      'Return it from the traced function and use the result of the call.';
    expect(await messageOf(() => tf.add(symbol, 1))).toBe(message);
    const other = compile(() => tf.add(symbol, 1), { name: 'other' });
    expect(await messageOf(other)).toBe(message);
    expect(await messageOf(() => symbol.dataSync())).toBe(read);
    symbol.dispose();
    step.dispose();
  });
});

describe('afterStep', () => {
  it('outside a compiled function is rejected', () => {
    expect(() => afterStep(() => undefined)).toThrow(
      'afterStep() was called outside a compiled function. ' +
        'Wrap the step in compile(), with { eager: true } if it is to run operation by operation.',
    );
  });
});
