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

/** What the `runStarted` event says and the trainer cannot know. */
export interface RunLabel {
  readonly folder: string;
  readonly data: { readonly name: string; readonly batchSize: number; readonly samples?: number };
}

/** What a run of the trainer is given, whatever it does. */
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
  /** `null` where a run without a checkpoint begins with the weights that the module has. */
  readonly initialWeights: (() => Promise<InitialWeights>) | null;
  readonly control: RunControl;
}

/** Where a run stands, and what hooks may wish of it. */
export interface Standing extends Omit<RunView, 'task'> {
  /** When what is logged now is measured. */
  moment(): Moment;
}

/**
 * What a fit, an evaluation and an inspection have in common: who takes part, what hooks see, where values are logged to,
 * how a checkpoint is taken back, and that the run ends in order.
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

  /** Tells the user something; all ranks have the same to say, and the first one says it. */
  readonly notify: Notify = (...message) => {
    if (this.parts.strategy.ranks.rank === 0) this.parts.events.emit('message', ...message);
  };

  readonly warn = (text: string): void => {
    this.notify('warning', text);
  };

  /** Sets everybody up, with the weights and the states of plugins that a checkpoint holds where there is one. */
  async setUp(from: ResumeFrom | null): Promise<void> {
    await this.hooks.call('setup', []);
    if (from === null) {
      await this.#begin();
      return;
    }
    await this.hooks.call('onLoadCheckpoint', [from.state]);
    // Weights first, as they may be refused.
    this.module.loadStateDict(from.state.weights);
    restorePluginStates(this.parts.plugins, from.state, this.notify, from.path);
  }

  /** Loads the weights that a run without a checkpoint begins with, where some were given. */
  async #begin(): Promise<void> {
    const { initialWeights } = this.parts;
    if (initialWeights === null) return;
    this.notify('info', loadInitialWeights(this.module, await initialWeights()));
  }

  /** Frees what the run made, after everybody's teardown; what was made last goes first. */
  releaseAtEnd(release: () => void): void {
    this.#releases.unshift(release);
  }

  /**
   * Does the run's work and ends it in any case: `onException` after a failure or an interruption, `teardown` of everybody,
   * then the releases, whatever fails on the way.
   *
   * @returns what the work gave; `null` where a task in it broke off on the user's wish.
   * @throws what went wrong first, with what went wrong after it in its cause.
   */
  async toEnd<T>(work: () => Promise<T>): Promise<T | null> {
    const { events, control } = this.parts;
    const errors: unknown[] = [];
    const disconnect = connectModuleLog(this.module, this.log);
    let result: T | null = null;
    try {
      result = await work();
    } catch (error) {
      // Whatever breaks off on the user's wish has not failed.
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
