import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { StepOutputs } from '../../src/contracts';
import { compile, start } from '../../src/engine';
import { SingleDevice } from '../../src/strategy';

beforeAll(async () => {
  await start();
});

describe('SingleDevice', () => {
  const options = { onStep: true, onEpoch: false, progBar: false, logger: true, reduce: 'mean' } as const;
  const step = (batch: tf.Tensor): StepOutputs<tf.Scalar> => ({
    loss: tf.sum<tf.Scalar>(batch),
    logged: [{ name: 'max', value: tf.max<tf.Scalar>(batch), options }],
  });

  it.each([
    ['compiled', false],
    ['operation by operation', true],
  ])(
    'leaves a step %s unchanged, which returns its scalars as numbers, with their options',
    async (_, eager) => {
      const device = new SingleDevice();
      const compiled = compile((input: tf.Tensor) => device.combineOutputs(step(input)), {
        name: 'training step',
        eager,
        onFirstTrace: () => device.agreeOnStep(),
      });
      const batch = tf.tensor1d([1, 2, 4]);
      expect(await compiled(batch)).toEqual({ loss: 7, logged: [{ name: 'max', value: 4, options }] });
      compiled.dispose();
      batch.dispose();
    },
  );

  it('is rank 0 of 1, with nobody to wait for', async () => {
    const { ranks } = new SingleDevice();
    expect([ranks.rank, ranks.worldSize]).toEqual([0, 1]);
    expect(await ranks.gather({ a: 1 })).toEqual([{ a: 1 }]);
    expect(await ranks.anyRank(true)).toBe(true);
    const tensor = tf.tensor1d([1, 2]);
    const reduced = ranks.allReduce(tensor, 'mean');
    expect([...reduced.dataSync()]).toEqual([1, 2]);
    tf.dispose([tensor, reduced]);
  });
});
