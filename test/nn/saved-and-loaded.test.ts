import * as tf from '@tensorflow/tfjs-core';
import type { StateDtype, StateTensor } from '../../src/contracts';
import { start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(() => start());

/** A module that only holds something. */
class Still extends nn.Module {
  forward(input: tf.Tensor): tf.Tensor {
    return input;
  }
}

/** A module with one buffer for each type. */
class Counters extends Still {
  readonly steps = nn.buffer(tf.tensor1d([1, 2], 'int32'), { storedAs: 'I64' });
  readonly plain = nn.buffer(tf.tensor1d([1, 2], 'int32'));
  readonly sums = nn.buffer(tf.tensor1d([1, 2]));
  readonly marks = nn.buffer(tf.tensor1d([1, 0], 'bool'));
  readonly bytes = nn.buffer(tf.tensor1d([1, 0], 'bool'), { storedAs: 'U8' });
}

const valuesOf = (module: nn.Module): Record<string, unknown> =>
  Object.fromEntries([...module.stateDict()].map(([name, { data }]) => [name, [...data].map(Number)]));

function stateWith(module: nn.Module, name: string, tensor: StateTensor) {
  return new Map([...module.stateDict(), [name, tensor] as const]);
}

describe('values that are loaded', () => {
  it.each([0n, 1n, -1n, 2n ** 31n - 1n, -(2n ** 31n)])('stay what they are: %s', (value) => {
    const module = new Counters();
    const data = BigInt64Array.of(value, 7n);
    module.loadStateDict(stateWith(module, 'steps', { dtype: 'I64', shape: [2], data }));
    expect(module.stateDict().get('steps')?.data).toEqual(data);
    module.dispose();
  });

  it.each([2n ** 31n, 2n ** 32n, 2n ** 40n, -(2n ** 31n) - 1n, 2n ** 63n - 1n])(
    'are rejected if int32 would change their value: %s',
    (value) => {
      const module = new Counters();
      const before = valuesOf(module);
      const data = BigInt64Array.of(7n, value);
      expect(() =>
        module.loadStateDict(stateWith(module, 'steps', { dtype: 'I64', shape: [2], data })),
      ).toThrow(
        `The state does not fit Counters: wrong values: steps contains ${value}, which int32 cannot represent. ` +
          'Nothing was changed. ' +
          'Load the state of the same model, or pass { strict: false } to skip missing and unexpected keys.',
      );
      expect(valuesOf(module)).toEqual(before);
      module.dispose();
    },
  );

  it.each<[string, StateDtype, StateTensor['data'], string]>([
    ['sums', 'F32', Float32Array.of(1), 'sums has 4 bytes instead of 8'],
    ['sums', 'F32', Int32Array.of(1, 2), 'sums has its values in Int32Array instead of Float32Array'],
    [
      'steps',
      'I64',
      Int32Array.of(1, 0, 2, 0),
      'steps has its values in Int32Array instead of BigInt64Array',
    ],
    ['plain', 'I32', Float32Array.of(1.5, 2), 'plain has its values in Float32Array instead of Int32Array'],
  ])('fill the shape of %s in the array of %s', (name, dtype, data, problem) => {
    const module = new Counters();
    const before = valuesOf(module);
    expect(() => module.loadStateDict(stateWith(module, name, { dtype, shape: [2], data }))).toThrow(
      `wrong values: ${problem}. Nothing was changed.`,
    );
    expect(valuesOf(module)).toEqual(before);
    module.dispose();
  });

  it('come back from a file', () => {
    const module = new Counters();
    const before = valuesOf(module);
    module.loadStateDict(nn.decodeSafetensors(nn.encodeSafetensors(module.stateDict())).tensors);
    expect(valuesOf(module)).toEqual(before);
    module.dispose();
  });
});

describe('names that could be saved and not loaded', () => {
  const saying = (field: string, owner = 'Odd') =>
    `Field '${field}' of ${owner} has a name that makes its checkpoints unreadable. Rename it.`;

  it.each(['prototype', 'constructor', '__proto__', '__metadata__', 'Constructor', 'a.b'])(
    'are rejected in a module, as a parameter, a buffer, a child or in an array: %s',
    (field) => {
      const makers = [
        () => nn.parameter(tf.zeros([1])),
        () => nn.buffer(tf.zeros([1])),
        () => new nn.Linear(1, 1),
      ];
      for (const make of makers) {
        const made = make();
        class Odd extends Still {}
        class Outer extends Still {
          readonly inner = new Odd();
        }
        const outer = new Outer();
        Object.defineProperty(outer.inner, field, { value: made, enumerable: true });
        expect(() => outer.stateDict()).toThrow(saying(field));
        expect(() => outer.parameters()).toThrow(saying(field));
        made.dispose();
      }
    },
  );

  it('do not matter if no tensor has them', () => {
    class Fine extends Still {
      readonly prototype = 'a text';
      readonly toString_ = new nn.Linear(1, 1);
      readonly hasOwnProperty_ = nn.parameter(tf.zeros([1]));
    }
    const module = new Fine();
    const { tensors } = nn.decodeSafetensors(nn.encodeSafetensors(module.stateDict()));
    expect(module.loadStateDict(tensors)).toEqual({ missing: [], unexpected: [] });
    module.dispose();
  });
});

describe('how a buffer is stored', () => {
  it.each<[tf.DataType, StateDtype, string]>([
    ['float32', 'I32', 'F32'],
    ['float32', 'I64', 'F32'],
    ['int32', 'F32', 'I32 or I64'],
    ['int32', 'U8', 'I32 or I64'],
    ['bool', 'F32', 'BOOL or U8'],
  ])('keeps its values: %s is not stored as %s', (dtype, storedAs, allowed) => {
    const values = tf.zeros([2], dtype);
    expect(() => nn.buffer(values, { storedAs })).toThrow(
      `A buffer was given ${dtype} values, to be stored as ${storedAs}. ` +
        `They can be stored as ${allowed}. Remove storedAs, or cast the values.`,
    );
    values.dispose();
  });
});
