import type {
  BatchStatistics,
  InitialWeights,
  Notify,
  ResumeFrom,
  RunEventBus,
  RunSettings,
  RunTask,
  Strategy,
  TrainerOptions,
} from '../contracts';
import { isInterruption, messageOf } from '../errors';
import { loadInitialWeights } from '../nn';
import type { WeightSwitch } from './evaluation/evaluated-model';
import { withLaterErrors } from './hooks/hook-errors';
import { HostHookRunner } from './hooks/host-hook-runner';
import type { RunView } from './hooks/host-hook-runner';
import { inHookOrder, refuseMisspeltHooks } from './hooks/participants';
import type { BuiltPlugin, Participant } from './hooks/participants';
import { LogRouter } from './log/log-router';
import { MetricStore } from './log/metric-store';
import type { Moment } from './log/metric-store';
import { interrupted, taskRunner } from './run-control';
import type { RunControl } from './run-control';
import { restorePluginStates } from './state/plugin-states';
import type { StepSource } from './step/step-source';
import { VariableOwners } from './step/variable-owners';
import { connectModuleLog } from './training-module';
import type { TrainingModule } from './training-module';

/** The facts in the `runStarted` event that the trainer cannot know. */
export interface RunLabel {
  readonly folder: string;
  readonly data: { readonly name: string; readonly batchSize: number; readonly samples?: number };
}

/** The inputs of every run of the trainer, whatever its kind. */
export interface ScopeParts {
  readonly options: TrainerOptions;
  /** In the experiment's order. */
  readonly plugins: readonly BuiltPlugin[];
  readonly events: RunEventBus;
  readonly strategy: Strategy;
  readonly batchStatistics: BatchStatistics;
  readonly settings: RunSettings;
  readonly weights: WeightSwitch;
  readonly place: RunLabel | null;
  readonly steps: StepSource;
  /** `null` if a run without a checkpoint starts with the module's current weights. */
  readonly initialWeights: (() => Promise<InitialWeights>) | null;
  readonly control: RunControl;
}

/** The position of a run, and what hooks may request of it. */
export interface Standing extends Omit<RunView, 'task'> {
  /** The position at which a value logged now is recorded. */
  moment(): Moment;
}

/**
 * The common part of a fit, an evaluation and an inspection: who takes part, what hooks see, where values are logged,
 * how a checkpoint is restored, and an orderly end of the run.
 */
export class TrainerScope<B> {
  readonly module: TrainingModule<B>;
  readonly parts: ScopeParts;
  /** In hook order. */
  readonly participants: readonly Participant[];
  readonly log: LogRouter;
  readonly hooks: HostHookRunner;
  readonly owners: VariableOwners;
  readonly task: RunTask;
  readonly #releases: (() => void)[] = [];

  /** @throws FulgurError `plugin` or `module` for a misspelt hook. */
  constructor(module: TrainingModule<B>, parts: ScopeParts, standing: Standing) {
    const { plugins, control, events } = parts;
    this.module = module;
    this.parts = parts;
    this.participants = inHookOrder(plugins, { name: module.constructor.name, hooks: module });
    refuseMisspeltHooks(this.participants);
    this.owners = new VariableOwners(module, this.notify);
    this.log = new LogRouter(new MetricStore(() => standing.moment()));
    this.task = taskRunner(control, events);
    this.hooks = new HostHookRunner(this.participants, { ...standing, task: this.task }, this.log, events);
  }

  /** Reports something to the user; all ranks have the same to report, so only the first one does. */
  readonly notify: Notify = (...message) => {
    if (this.parts.strategy.ranks.rank === 0) this.parts.events.emit('message', ...message);
  };

  readonly warn = (text: string): void => {
    this.notify('warning', text);
  };

  /** Sets up all participants, with the weights and plugin states of the checkpoint if there is one. */
  async setUp(from: ResumeFrom | null): Promise<void> {
    await this.hooks.call('setup', []);
    if (from === null) {
      await this.#begin();
      return;
    }
    await this.hooks.call('onLoadCheckpoint', [from.state]);
    // The weights come first, because they may be rejected.
    this.module.loadStateDict(from.state.weights);
    restorePluginStates(this.parts.plugins, from.state, this.notify, from.path);
  }

  /** Loads the initial weights of a run without a checkpoint, if any were given. */
  async #begin(): Promise<void> {
    const { initialWeights } = this.parts;
    if (initialWeights === null) return;
    this.notify('info', loadInitialWeights(this.module, await initialWeights()));
  }

  /** Frees what the run made, after all teardown hooks; in reverse order. */
  releaseAtEnd(release: () => void): void {
    this.#releases.unshift(release);
  }

  /**
   * Does the run's work and ends the run in any case: `onException` after a failure or an interruption, `teardown` of
   * all participants, then the releases, whatever fails meanwhile.
   * @returns the result of the work; `null` if a task in it was cancelled by the user.
   * @throws the first error, with later ones in its cause.
   */
  async toEnd<T>(work: () => Promise<T>): Promise<T | null> {
    const { events, control } = this.parts;
    const errors: unknown[] = [];
    const disconnect = connectModuleLog(this.module, this.log);
    let result: T | null = null;
    try {
      result = await work();
    } catch (error) {
      // Work that the user cancelled has not failed.
      if (!isInterruption(error) || control.interruptReason === null) errors.push(error);
    }
    const [failure] = errors;
    const exception =
      failure ?? (control.interruptReason === null ? null : interrupted(control.interruptReason));
    if (exception !== null) {
      errors.push(...(await this.hooks.callDespiteErrors('onException', [exception])));
    }
    errors.push(...(await this.hooks.callDespiteErrors('teardown', [])));
    for (const release of this.#releases) {
      try {
        release();
      } catch (error) {
        errors.push(error);
      }
    }
    disconnect();

    for (const later of errors.slice(1)) events.emit('message', 'warning', messageOf(later));
    if (errors.length > 0) throw withLaterErrors(errors[0], errors.slice(1) as Error[]);
    return result;
  }
}
