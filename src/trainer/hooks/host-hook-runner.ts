import { hookTable } from '../../contracts';
import type {
  FitProgress,
  HookContext,
  HostHooks,
  LogOptions,
  RunEventBus,
  RunTask,
  Stage,
} from '../../contracts';
import type { LogRouter } from '../log/log-router';
import { requireUndisposed } from '../step/batch-tensors';
import { hookFailure } from './hook-errors';
import { loggerName } from './participants';
import type { Participant } from './participants';

type HostHook = keyof HostHooks;
/** The arguments of a hook after its context. */
type Arguments<K extends HostHook> = Required<HostHooks>[K] extends (
  context: HookContext,
  ...rest: infer R
) => unknown
  ? R
  : never;

/** What hooks may read of a run and request from it. */
export interface RunView {
  stage(): Stage;
  progress(): FitProgress;
  isDue(metric: string): boolean;
  /** @param by the participant that makes the request. */
  stop(reason: string, by: string): void;
  task: RunTask;
}

/** Calls host hooks in hook order; each one is awaited before the next is called. */
export class HostHookRunner {
  readonly #participants: readonly Participant[];
  readonly #view: RunView;
  readonly #log: LogRouter;
  readonly #events: RunEventBus;
  readonly #contexts = new Map<Participant, Map<HostHook, HookContext>>();

  constructor(participants: readonly Participant[], view: RunView, log: LogRouter, events: RunEventBus) {
    this.#participants = participants;
    this.#view = view;
    this.#log = log;
    this.#events = events;
  }

  /** Whether any participant has this hook. */
  has(hook: HostHook): boolean {
    return this.#participants.some(({ hooks }) => hooks[hook] !== undefined);
  }

  /**
   * Calls one hook of all participants, up to the first failure, and returns the results of the calls.
   * @param beforeMonitors runs after the hooks of all participants except the monitors.
   * @throws FulgurError naming the participant and the hook.
   */
  async call<K extends HostHook>(
    hook: K,
    rest: Arguments<K>,
    beforeMonitors?: () => void,
  ): Promise<unknown[]> {
    const returned: unknown[] = [];
    let waiting = beforeMonitors;
    for (const participant of this.#participants) {
      if (participant.monitor) {
        waiting?.();
        waiting = undefined;
      }
      if (participant.hooks[hook] !== undefined) returned.push(await this.#callOne(participant, hook, rest));
    }
    waiting?.();
    return returned;
  }

  /** Calls one hook of all participants, even after failures, and returns these failures: for the end of a run. */
  async callDespiteErrors<K extends HostHook>(hook: K, rest: Arguments<K>): Promise<Error[]> {
    const errors: Error[] = [];
    for (const participant of this.#participants) {
      try {
        await this.#callOne(participant, hook, rest);
      } catch (error) {
        errors.push(error as Error);
      }
    }
    return errors;
  }

  async #callOne<K extends HostHook>(
    participant: Participant,
    hook: K,
    rest: Arguments<K>,
  ): Promise<unknown> {
    const method = participant.hooks[hook] as
      ((context: HookContext, ...rest: Arguments<K>) => unknown) | undefined;
    if (method === undefined) return undefined;
    const call = (): unknown => method.call(participant.hooks, this.#contextOf(participant, hook), ...rest);
    const started = performance.now();
    try {
      const returned = await (participant.kind === 'module' ? this.#log.at(hook, call) : call());
      if (hookTable[hook].givesBatch) requireUndisposed(rest.at(-1));
      return returned;
    } catch (error) {
      throw hookFailure(participant, hook, error);
    } finally {
      this.#events.emit('hookEnded', participant.name, hook, (performance.now() - started) / 1000);
    }
  }

  #contextOf(participant: Participant, hook: HostHook): HookContext {
    const contexts = this.#contexts.get(participant) ?? new Map<HostHook, HookContext>();
    this.#contexts.set(participant, contexts);
    const known = contexts.get(hook);
    if (known !== undefined) return known;
    const by = loggerName(participant);
    const view = this.#view;
    const { metrics } = this.#log;
    const context: HookContext = {
      get stage() {
        return view.stage();
      },
      get progress() {
        return view.progress();
      },
      get metrics() {
        return metrics.newest();
      },
      measured: (name, since) => metrics.measured(name, since),
      isDue: (name) => metrics.measured(name) !== undefined || view.isDue(name),
      log: (name: string, value: number, options?: LogOptions) => {
        this.#log.logFromHook(hook, by, name, value, options);
      },
      stop: (reason) => {
        view.stop(reason, participant.name);
      },
      task: view.task,
    };
    contexts.set(hook, context);
    return context;
  }
}
