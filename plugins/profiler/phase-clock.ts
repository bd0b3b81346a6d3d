import type { BatchResult, RunEventSource } from '../../src';

/** How often something happened, and how long it took. */
export interface Spent {
  readonly count: number;
  readonly seconds: number;
}

/** How a run's time was spent; phases do not overlap. */
export interface PhaseTimes {
  readonly phases: Readonly<Record<string, Spent>>;
  /** Hooks by `<participant> <hook>`; the hooks of validation and saving are also part of those phases. */
  readonly hooks: Readonly<Record<string, Spent>>;
}

const evaluationHook = /^on(Validation|Test|Predict)/;

/** Adds up a run's time from its events. */
export class PhaseClock {
  private readonly startedAt = performance.now();
  private readonly phases = new Map<string, Spent>();
  private readonly hooks = new Map<string, Spent>();
  private readonly disposers: readonly (() => void)[];
  private isFirstStep = true;
  private saves = false;
  private isTraced = false;

  constructor(events: RunEventSource) {
    this.disposers = [
      events.on('batchEnded', (_, result) => {
        this.batch(result);
      }),
      events.on('evaluationEnded', ({ sanityCheck, kind }, _, seconds) => {
        add(this.phases, sanityCheck ? 'sanity check' : kind, seconds);
      }),
      events.on('hookEnded', (participant, hook, seconds) => {
        this.hook(participant, hook, seconds);
      }),
    ];
  }

  /** Returns the times so far, and the part of the total that belongs to none of them. */
  read(): PhaseTimes & { readonly seconds: number } {
    const seconds = (performance.now() - this.startedAt) / 1000;
    const known = [...this.phases.values()].reduce((sum, phase) => sum + phase.seconds, 0);
    const rest = { count: 1, seconds: Math.max(0, seconds - known) };
    return {
      seconds,
      phases: { ...Object.fromEntries(this.phases), rest },
      hooks: Object.fromEntries(this.hooks),
    };
  }

  /** Marks the current batch as examined: its time is not representative of a step. */
  setAside(): void {
    this.isTraced = true;
  }

  stop(): void {
    for (const dispose of this.disposers) dispose();
  }

  private batch({ dataSeconds, stepSeconds }: BatchResult): void {
    add(this.phases, 'waiting for data', dataSeconds);
    // The first step includes tracing and optimisation.
    const plain = this.isFirstStep ? 'first step' : 'steps';
    add(this.phases, this.isTraced ? 'examined steps' : plain, stepSeconds);
    this.isFirstStep = false;
    this.isTraced = false;
  }

  private hook(participant: string, hook: string, seconds: number): void {
    add(this.hooks, `${participant} ${hook}`, seconds);
    if (hook === 'onSaveCheckpoint') {
      // Its time, including writing, is part of the hook that saved, which ends after it.
      this.saves = true;
      return;
    }
    const isPartOfEvaluation = evaluationHook.test(hook);
    if (!isPartOfEvaluation) add(this.phases, this.saves ? 'saving' : 'hooks', seconds);
    this.saves = false;
  }
}

function add(times: Map<string, Spent>, name: string, seconds: number): void {
  const { count, seconds: before } = times.get(name) ?? { count: 0, seconds: 0 };
  times.set(name, { count: count + 1, seconds: before + seconds });
}
