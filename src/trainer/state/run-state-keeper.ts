import type { OptimizerState, RunState, RunStateAccess } from '../../contracts';
import type { ProgressCounter } from '../fit/progress-counter';
import type { TrainerScope } from '../trainer-scope';
import type { StepRunner } from '../step/step-runner';
import type { TrainedParameters } from '../step/trained-parameters';
import { pluginStates, pluginTensors } from './plugin-states';
import { withRankStates } from './rank-states';

/** The parts of a fit that have state, besides those common to all runs. */
interface StateOwners<B> {
  readonly optimizers: { states(): OptimizerState[] };
  readonly step: StepRunner<B>;
  readonly parameters: TrainedParameters;
  readonly progress: ProgressCounter;
}

/** Captures a full copy of a run's state between two steps; all ranks capture it together. */
export class RunStateKeeper<B> implements RunStateAccess {
  constructor(
    private readonly scope: TrainerScope<B>,
    private readonly owners: StateOwners<B>,
  ) {}

  async capture(): Promise<RunState> {
    this.owners.step.requireSound();
    this.owners.parameters.requireSame();
    const state = await this.scope.parts.weights.ownDuring(() => this.#take());
    await this.scope.hooks.call('onSaveCheckpoint', [state]);
    return state;
  }

  async #take(): Promise<RunState> {
    const { module, log, parts } = this.scope;
    const { plugins, settings, strategy, control } = parts;
    const { optimizers, progress } = this.owners;
    // Everything is copied before the first await, so that all of it belongs to the same moment.
    const own: RunState = {
      experiment: settings.experiment,
      weights: module.stateDict(),
      optimizers: optimizers.states(),
      progress: progress.resumePoint,
      seed: settings.seed,
      hyperparameters: settings.hyperparameters,
      plugins: pluginStates(plugins),
      pluginTensors: pluginTensors(plugins),
      metrics: log.metrics.state(),
      ...(settings.origin === undefined ? {} : { origin: settings.origin }),
    };
    const state = await withRankStates(strategy, own, module);
    // A request that ends the run here, on any rank, also ends it when it resumes from here.
    await control.settle();
    const { stopWish } = control;
    return stopWish === null ? state : { ...state, stop: stopWish };
  }
}
