import { ContainerModule } from 'inversify';
import { tokens } from '../contracts';
import type { LearningRateControl, OptimizersAccess, RunStateAccess } from '../contracts';
import { FulgurError } from '../errors';
import { localBatchStatistics } from '../nn';
import { SingleDevice } from '../strategy';
import { Trainer, WeightSwitch, modelAccess } from '../trainer';
import type { ModelReader } from '../trainer';
import { internalTokens } from './internal-tokens';
import { resolve } from './resolve';
import type { RunParts } from './run-parts';

/** The trainer, where it runs, and what plugins may see of model and state. */
export function trainerModule(parts: RunParts): ContainerModule {
  const { module, events, settings, trainerOptions, folder, data, ranks } = parts;
  let trainer: Trainer | null = null;
  const weights = new WeightSwitch();
  // Plugins are built before the trainer that they are given to, and ask for the state only while it fits.
  const runState: RunStateAccess = {
    capture: () => {
      if (trainer === null) throw askedTooEarly();
      return trainer.runState.capture();
    },
  };
  const optimizers: OptimizersAccess = { current: () => trainer?.optimizers.current() ?? [] };
  const learningRate: LearningRateControl = {
    override: (schedule) => {
      if (trainer === null) throw askedTooEarly();
      trainer.learningRate.override(schedule);
    },
  };
  return new ContainerModule(({ bind, isBound }) => {
    bind(tokens.ranks.key).toConstantValue(ranks);
    bind(tokens.strategy.key).toConstantValue(new SingleDevice());
    bind(tokens.batchStatistics.key).toConstantValue(localBatchStatistics);
    bind<ModelReader>(tokens.model.key)
      .toDynamicValue(() => modelAccess(module, weights))
      .inSingletonScope()
      .onDeactivation((reader) => {
        reader.dispose();
      });
    bind(tokens.runState.key).toConstantValue(runState);
    bind(tokens.optimizers.key).toConstantValue(optimizers);
    bind(tokens.learningRate.key).toConstantValue(learningRate);
    bind(internalTokens.trainer.key)
      .toDynamicValue((context) => {
        if (isBound(tokens.evaluationWeights.key))
          weights.connect(resolve(context, tokens.evaluationWeights));
        trainer = new Trainer(trainerOptions, {
          plugins: resolve(context, internalTokens.plugins),
          events,
          strategy: resolve(context, tokens.strategy),
          batchStatistics: resolve(context, tokens.batchStatistics),
          settings,
          weights,
          place: { folder: folder.path, data },
        });
        return trainer;
      })
      .inSingletonScope();
  });
}

function askedTooEarly(): FulgurError {
  return new FulgurError('plugin', {
    what: "The run was asked for in a plugin's constructor.",
    why: 'Plugins are built before the trainer.',
    fix: 'Ask in a host hook, such as onFitStart.',
  });
}
