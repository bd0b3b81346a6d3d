import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../../../src/engine';
import { messageOf } from '../../../src/errors';
import { requireAgreement } from '../../../src/strategy';
import { scenario } from './scenario';

scenario(async (ranks) => {
  const { rank } = ranks;
  const reduce = compile((x: tf.Tensor1D, n: tf.Tensor1D) => ({
    sum: ranks.allReduce(x, 'sum'),
    mean: ranks.allReduce(x, 'mean'),
    whole: ranks.allReduce(n, 'sum'),
  }));
  const x = tf.tensor1d([rank + 1, 10 * (rank + 1)]);
  const n = tf.tensor1d([rank + 1], 'int32');
  const { sum, mean, whole } = await reduce(x, n);

  // Bits that arithmetic would not keep: minus zero and NaN, in lengths that differ.
  const own = new Uint8Array(Float32Array.of(-0, NaN, rank).buffer).subarray(0, 8 + rank);
  const bytes = await ranks.gatherBytes(own);
  const told = await ranks.broadcastBytes(Buffer.from(`from ${rank}`));
  const nothing = await ranks.broadcastBytes(new Uint8Array());

  const differ = await requireAgreement(
    ranks,
    'run',
    { seed: '1', lr: rank === 0 ? '0.1' : '0.2', size: String(rank % 2) },
    { fix: 'Start them alike.' },
  ).catch(messageOf);
  await requireAgreement(ranks, 'run', { seed: '1' }, { fix: 'Start them alike.' });

  return {
    sum: [...sum.dataSync()],
    mean: [...mean.dataSync()],
    whole: [...whole.dataSync()],
    gathered: await ranks.gather({ rank, name: `r${rank}`.repeat(rank * 100) }),
    bytes: bytes.map((part) => Buffer.from(part).toString('hex')),
    told: Buffer.from(told).toString(),
    nothing: nothing.length,
    somebody: await ranks.anyRank(rank === 1),
    nobody: await ranks.anyRank(false),
    differ,
  };
});
