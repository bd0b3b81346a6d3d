import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start, watchVariables } from '../../src/engine';
import type { VariableUse } from '../../src/engine';
import { makeVariable } from './make-variable';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

const variables = {
  a: () => makeVariable(tf.tensor1d([1, 2])),
  b: () => makeVariable(tf.tensor1d([3, 4])),
  c: () => makeVariable(tf.tensor1d([5, 6])),
};

type Three = Record<keyof typeof variables, tf.Variable<tf.Rank.R1>>;

describe.each([
  ['compiled', false],
  ['eager', true],
])('watchVariables, %s', (_, eager) => {
  let three: Three;
  beforeEach(() => (three = { a: variables.a(), b: variables.b(), c: variables.c() }));
  afterEach(() => tf.dispose({ ...three }));

  const namesOf = (used: ReadonlySet<tf.Variable>): string[] =>
    Object.entries(three).flatMap(([name, variable]) => (used.has(variable) ? [name] : []));

  /** What the work reads and assigns, by names. */
  const watched = async (
    work: (three: Three) => unknown,
  ): Promise<{ read: string[]; assigned: string[] }> => {
    const uses: VariableUse[] = [];
    const run = compile(
      () => {
        tf.tidy(() => {
          uses.push(watchVariables(() => work(three)).use);
        });
      },
      { name: 'work', eager },
    );
    await run();
    const counts = liveCounts();
    await run();
    expect(liveCounts()).toEqual(counts);
    run.dispose();
    return { read: namesOf(uses[0]!.read), assigned: namesOf(uses[0]!.assigned) };
  };

  it('shows what is read and what is assigned', async () => {
    const use = await watched(({ a, b }) => {
      b.assign(tf.mul(a, 2));
    });
    expect(use).toEqual({ read: ['a'], assigned: ['b'] });
  });

  it('knows a variable also under another shape, and where it is returned', async () => {
    expect(await watched(({ a }) => tf.sum(tf.square(tf.reshape(tf.clone(a), [2, 1]))))).toEqual({
      ...{ read: ['a'], assigned: [] },
    });
    expect(await watched(({ a, b }) => ({ rows: [a, tf.clone(b)] }))).toEqual({
      read: ['a', 'b'],
      assigned: [],
    });
  });

  it('distinguishes variables that share their values', async () => {
    three.b.assign(tf.tidy(() => tf.clone(three.a)));
    expect(await watched(({ b }) => tf.square(b))).toEqual({ read: ['b'], assigned: [] });
  });

  it('sees the backward pass, and what an own gradient reads', async () => {
    const use = await watched(({ a, b }) => {
      const scaled = tf.customGrad((x) => ({
        value: tf.clone(x as tf.Tensor),
        gradFunc: (dy) => tf.mul(dy, b),
      }));
      return tf.grad((x) => tf.sum(scaled(x)))(a);
    });
    expect(use.read).toContain('b');
  });

  it('leaves to a nested watch what that reports', async () => {
    const inner: VariableUse[] = [];
    const use = await watched(({ a, b, c }) => {
      tf.square(a);
      inner.push(watchVariables(() => c.assign(tf.add(b, 1))).use);
      a.assign(tf.add(a, 1));
    });
    expect(use).toEqual({ read: ['a'], assigned: ['a'] });
    expect(namesOf(inner[0]!.read)).toEqual(['b']);
    expect(namesOf(inner[0]!.assigned)).toEqual(['c']);
  });

  it('is over when the work fails', async () => {
    const run = compile(
      () => {
        expect(() => watchVariables(() => never())).toThrow('no');
        return watchVariables(() => tf.sum<tf.Scalar>(three.a)).result;
      },
      { name: 'work', eager },
    );
    expect(await run()).toBe(3);
    run.dispose();
  });
});

function never(): never {
  throw new Error('no');
}
