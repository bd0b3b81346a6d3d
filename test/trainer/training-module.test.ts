import { describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import type { BatchResult, Hooks, HookContext, Optimizer } from '../../src/contracts';
import { TrainingModule } from '../../src/trainer';

type HooksOfModule = Pick<Required<TrainingModule<unknown>>, keyof Hooks>;
// Every hook stands in TrainingModule with its own signature: the type checker would refuse this line else.
type SameHooks =
  HooksOfModule extends Required<Hooks> ? (Required<Hooks> extends HooksOfModule ? true : never) : never;
const sameHooks: SameHooks = true;

export abstract class Correct extends TrainingModule<readonly tf.Tensor[]> {
  override trainingStep([loss]: readonly tf.Tensor[]): tf.Scalar {
    return loss as tf.Scalar;
  }
  abstract override configureOptimizers(): Optimizer;
  override async onTrainBatchEnd(_: HookContext, { loss }: BatchResult): Promise<void> {
    await Promise.resolve(loss);
  }
  override onTrainEpochEnd({ log }: HookContext): void {
    log('metric', 1);
  }
}

export abstract class Misspelt extends Correct {
  // @ts-expect-error a misspelt hook is not a method of the base class
  override onTrainBatchEnds(): void {
    throw new Error('never called');
  }
}

export abstract class WronglyTyped extends Correct {
  // @ts-expect-error the hook gets a context, not a number
  override onTrainEpochEnd(epoch: number): void {
    throw new Error(`never called in epoch ${epoch}`);
  }
}

describe('TrainingModule', () => {
  it('declares every hook, and nothing of them at run time', () => {
    expect(sameHooks).toBe(true);
    const methods = Object.getOwnPropertyNames(TrainingModule.prototype);
    expect(methods).toEqual(['constructor', 'log', 'scheduled']);
  });
});
