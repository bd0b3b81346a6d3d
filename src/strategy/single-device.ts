import type * as tf from '@tensorflow/tfjs-core';
import type { Ranks, StepOutputs, Strategy } from '../contracts';

/** A group of one process. */
export const soloRanks: Ranks = {
  rank: 0,
  worldSize: 1,
  allReduce: (tensor) => tensor.clone(),
  gather: (value) => Promise.resolve([value]),
  gatherBytes: (bytes) => Promise.resolve([bytes]),
  broadcastBytes: (bytes) => Promise.resolve(bytes),
  anyRank: (wish) => Promise.resolve(wish),
};

/** One process, one device and no exchanges. */
export class SingleDevice implements Strategy {
  readonly name = 'single-device';
  readonly ranks = soloRanks;
  readonly ranksDiffer = false;

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  combineOutputs(outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar> {
    return outputs;
  }

  agreeOnStep(): Promise<void> {
    return Promise.resolve();
  }

  beforeEvaluation(): Promise<void> {
    return Promise.resolve();
  }
}
