import type {
  Notify,
  OptimizerState,
  RunSettings,
  RunState,
  RunStateAccess,
  Strategy,
} from '../../contracts';
import type { WeightSwitch } from '../evaluation/weight-switch';
import type { HostHookRunner } from '../hooks/host-hook-runner';
import type { BuiltPlugin } from '../hooks/participants';
import type { MetricStore } from '../log/metric-store';
import type { ProgressCounter } from '../loop/progress-counter';
import type { RunControl } from '../loop/run-control';
import type { StepRunner } from '../step/step-runner';
import type { TrainedParameters } from '../step/trained-parameters';
import type { TrainingModule } from '../training-module';
import { pluginStates, pluginTensors, restorePluginStates } from './plugin-states';
import { withRankStates } from './rank-states';

/** Where the parts of a run's state live. */
export interface StateOwners<B> {
  readonly module: TrainingModule<B>;
  readonly plugins: readonly BuiltPlugin[];
  readonly settings: RunSettings;
  readonly progress: ProgressCounter;
  readonly metrics: MetricStore;
  readonly hooks: HostHookRunner;
  readonly strategy: Strategy;
  readonly weights: WeightSwitch;
  readonly control: RunControl;
}

/** Takes a full copy of a run's state between two steps; of all ranks, which take it together. */
export class RunStateKeeper<B> implements RunStateAccess {
  constructor(
    private readonly owners: StateOwners<B>,
    private readonly optimizers: { states(): OptimizerState[] },
    private readonly step: StepRunner<B>,
    private readonly parameters: Pick<TrainedParameters, 'requireSame'>,
  ) {}

  async capture(): Promise<RunState> {
    this.step.requireSound();
    this.parameters.requireSame();
    const { hooks, weights } = this.owners;
    const state = await weights.ownDuring(() => this.#take());
    await hooks.call('onSaveCheckpoint', [state]);
    return state;
  }

  async #take(): Promise<RunState> {
    const { module, plugins, settings, progress, metrics, strategy, control } = this.owners;
    // Everything is copied before the first await, so that it belongs to one moment.
    const own: RunState = {
      experiment: settings.experiment,
      weights: module.stateDict(),
      optimizers: this.optimizers.states(),
      progress: progress.resumePoint,
      seed: settings.seed,
      hyperparameters: settings.hyperparameters,
      plugins: pluginStates(plugins),
      pluginTensors: pluginTensors(plugins),
      metrics: metrics.state(),
      ...(settings.origin === undefined ? {} : { origin: settings.origin }),
    };
    const state = await withRankStates(strategy, own, module);
    // What ends the run here ends it also when it goes on from here: a wish of any rank.
    await control.settle();
    const { stopWish } = control;
    return stopWish === null ? state : { ...state, stop: stopWish };
  }
}

/** A state, and the checkpoint that it is from. */
interface SavedState {
  readonly state: RunState;
  readonly path: string;
}

/** Puts back all of a state but the optimiser, which is built afterwards; weights first, as they may be refused. */
export async function restoreRunState<B>(
  from: SavedState,
  owners: StateOwners<B>,
  notify: Notify,
): Promise<void> {
  await restoreModel(from, owners, notify);
  owners.metrics.restore(from.state.metrics);
}

/** Puts back the part of a state that an evaluation needs: weights, and what plugins hold. */
export async function restoreModel<B>(
  { state, path }: SavedState,
  { hooks, module, plugins }: Pick<StateOwners<B>, 'hooks' | 'module' | 'plugins'>,
  notify: Notify,
): Promise<void> {
  await hooks.call('onLoadCheckpoint', [state]);
  module.loadStateDict(state.weights);
  restorePluginStates(plugins, state, notify, path);
}
