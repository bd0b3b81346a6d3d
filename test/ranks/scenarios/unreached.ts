import * as tf from '@tensorflow/tfjs-core';
import { seedEverything } from '../../../src/engine';
import * as nn from '../../../src/nn';
import * as optim from '../../../src/optim';
import { Validated, trainTogether } from '../train-together';
import type { TogetherSetup } from '../train-together';
import { scenario } from './scenario';

type Part = 'first' | 'second' | 'long';

/** A regression of which only some parts are reached. */
class Parts extends Validated {
  readonly first = new nn.Linear(3, 2);
  readonly second = new nn.Linear(3, 2);
  readonly long = new nn.Linear(3, 2, { bias: false });

  constructor(private readonly reached: readonly Part[]) {
    super();
  }

  override forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.reached.reduce((sum, part) => tf.add(sum, this[part].forward(points)), super.forward(points));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1, momentum: 0.9, weightDecay: 0.5 });
  }
}

/** Those that every training here begins with. */
function firstWeights(): Record<string, number[]> {
  seedEverything(0);
  const module = new Parts(['first']);
  const weights = [...module.stateDict()].map(
    ([name, { data }]) => [name, Array.from(data, Number)] as const,
  );
  module.dispose();
  return Object.fromEntries(weights);
}

scenario(async (ranks) => {
  const { rank } = ranks;
  const train = (reached: readonly Part[], setup: TogetherSetup = {}) =>
    trainTogether(ranks, { options: { maxEpochs: 1 }, ...setup, module: () => new Parts(reached) });
  const alike = await train(['first']);
  const accumulated = await train(['first'], { options: { maxEpochs: 1, accumulateGradBatches: 2 } });
  const localSgd = await train(['first'], { strategy: 'local-sgd' });
  const differing = {
    equalSizes: await train(rank === 0 ? ['first'] : ['second']),
    otherSizes: await train(rank === 0 ? ['first', 'second'] : ['long']),
    accumulated: await train(rank === 0 ? ['first'] : ['second'], { options: { accumulateGradBatches: 2 } }),
  };
  return { alike, accumulated, localSgd, differing, initial: firstWeights() };
});
