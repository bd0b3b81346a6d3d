import type { BatchResult } from './hooks';
import type { Json } from './json';
import type { FitProgress } from './progress';

/** The facts of a run, for displays and records. */
export interface RunInfo {
  readonly experiment: string;
  readonly folder: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    /** Training samples of all ranks. */
    readonly samples: number;
    /** Samples per batch on each rank. */
    readonly batchSize: number;
    /** The number of ranks that share them. */
    readonly ranks: number;
  };
  readonly device: string;
  readonly resumedFrom: string | null;
  readonly config: Json;
}

/** One row of metrics, of a step or of an epoch's end. */
export interface MetricRow {
  readonly kind: 'step' | 'epoch';
  readonly epoch: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A picture that loggers store and pages show. */
export interface LoggedImage {
  /** Named like a metric: `views`. */
  readonly name: string;
  readonly epoch: number;
  readonly step: number;
  /** A PNG with 8 bits per channel. */
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** A sentence that describes the picture, also for readers who cannot see it. */
  readonly caption: string;
}

/** The purpose of an evaluation. */
export type EvaluationKind = 'validation' | 'test' | 'prediction';

/** The progress of an evaluation. */
export interface EvaluationProgress {
  readonly kind: EvaluationKind;
  /** Whether it only tries validation before training. */
  readonly sanityCheck: boolean;
  readonly batchesDone: number;
  readonly batches: number;
}

/** The progress of a long piece of work in a hook; if it has several parts, that of the current one. */
export interface TaskProgress {
  /** What the user reads: `kNN evaluation`. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** How a run ended. */
export type RunStatus = 'finished' | 'stopped' | 'interrupted' | 'failed';

/** Events that a run publishes after they happened. Listeners only observe; nothing that training depends on belongs here. */
export interface RunEvents {
  runStarted: [info: RunInfo];
  epochStarted: [progress: FitProgress];
  batchEnded: [progress: FitProgress, result: BatchResult, progressBar: Readonly<Record<string, number>>];
  /** `metrics` contains those measured in the epoch. */
  epochEnded: [progress: FitProgress, metrics: Readonly<Record<string, number>>, seconds: number];
  evaluationStarted: [progress: EvaluationProgress];
  evaluationBatchEnded: [progress: EvaluationProgress];
  /** `metrics` contains those that the evaluation logged. */
  evaluationEnded: [progress: EvaluationProgress, metrics: Readonly<Record<string, number>>, seconds: number];
  /** Long work in a hook started, advanced or ended; its time does not count as training. */
  taskStarted: [progress: TaskProgress];
  taskProgress: [progress: TaskProgress];
  taskEnded: [progress: TaskProgress, seconds: number];
  metricsLogged: [row: MetricRow];
  imageLogged: [image: LoggedImage];
  /**
   * A host hook of a plugin or the module returned after `seconds`. This includes the time of hooks called within it,
   * such as `onSaveCheckpoint`, whose own events come first.
   */
  hookEnded: [participant: string, hook: string, seconds: number];
  checkpointSaved: [path: string, reason: string];
  /**
   * A sentence for the user. One that contains a secret, such as the address of a live page, is shown once and not
   * recorded.
   */
  message: [level: 'info' | 'warning', text: string, isSecret?: boolean];
  /** `detail` is `null` if there is none or a message has already given it. */
  runEnded: [status: RunStatus, detail: string | null];
}

/** The observing half of the event bus, the only one that plugins get. Registration returns its disposer. */
export interface RunEventSource {
  /** @param options how the listener to `message` uses it. */
  on<K extends keyof RunEvents>(
    event: K,
    listener: (...args: RunEvents[K]) => void,
    options?: ListenerOptions,
  ): () => void;
}

/** What the run should know about a listener. */
export interface ListenerOptions {
  /**
   * Whether it shows messages to the user: while a listener does, the run does not print them itself (default `false`,
   * as for a listener that records or counts them).
   */
  readonly presents?: boolean;
}

/** The whole event bus; only the run itself publishes. */
export interface RunEventBus extends RunEventSource {
  emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void;
  /** Whether the event has a listener. */
  isHeard(event: keyof RunEvents): boolean;
}
