import type * as tf from '@tensorflow/tfjs-core';
import type { StepOutputs, Strategy } from '../contracts';
import { soloRanks } from './solo-ranks';

/** One process, one device, nobody to exchange with. */
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
