import type { BatchResult } from './hooks';
import type { Json } from './json';
import type { FitProgress } from './progress';

/** What a run is about, for whoever shows or records it. */
export interface RunInfo {
  readonly experiment: string;
  readonly folder: string;
  readonly seed: number;
  readonly data: {
    readonly name: string;
    /** Training samples of all ranks. */
    readonly samples: number;
    /** Samples in a batch, on each rank. */
    readonly batchSize: number;
    /** Ranks that share them. */
    readonly ranks: number;
  };
  readonly device: string;
  readonly resumedFrom: string | null;
  readonly config: Json;
}

/** One row of metrics: of a step, or of an epoch's end. */
export interface MetricRow {
  readonly kind: 'step' | 'epoch';
  readonly epoch: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** A picture that loggers keep and pages show. */
export interface LoggedImage {
  /** As a metric's: `views`. */
  readonly name: string;
  readonly epoch: number;
  readonly step: number;
  /** PNG of 8 bits a channel. */
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** What is seen, in a sentence: also for readers who cannot see it. */
  readonly caption: string;
}

/** What the batches of an evaluation are for. */
export type EvaluationKind = 'validation' | 'test' | 'prediction';

/** An evaluation as it goes on. */
export interface EvaluationProgress {
  readonly kind: EvaluationKind;
  /** Whether it only tries out validation before training. */
  readonly sanityCheck: boolean;
  readonly batchesDone: number;
  readonly batches: number;
}

/** A long piece of work in a hook as it goes on; of several parts, how far the current one is. */
export interface TaskProgress {
  /** What the user reads: `kNN evaluation`. */
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/** How a run ended. */
export type RunStatus = 'finished' | 'stopped' | 'interrupted' | 'failed';

/** Facts that a run publishes after they happened. Listeners observe; nothing that training depends on goes here. */
export interface RunEvents {
  runStarted: [info: RunInfo];
  epochStarted: [progress: FitProgress];
  batchEnded: [progress: FitProgress, result: BatchResult, progressBar: Readonly<Record<string, number>>];
  /** `metrics` are those that were measured in the epoch. */
  epochEnded: [progress: FitProgress, metrics: Readonly<Record<string, number>>, seconds: number];
  evaluationStarted: [progress: EvaluationProgress];
  evaluationBatchEnded: [progress: EvaluationProgress];
  /** `metrics` are those that the evaluation logged. */
  evaluationEnded: [progress: EvaluationProgress, metrics: Readonly<Record<string, number>>, seconds: number];
  /** Long work in a hook began, went on, ended; its time is not training's. */
  taskStarted: [progress: TaskProgress];
  taskProgress: [progress: TaskProgress];
  taskEnded: [progress: TaskProgress, seconds: number];
  metricsLogged: [row: MetricRow];
  imageLogged: [image: LoggedImage];
  /**
   * A plugin's or the module's host hook returned, and had taken so long. Hooks that were called within it, such as
   * `onSaveCheckpoint`, ended before, and their time is part of it.
   */
  hookEnded: [participant: string, hook: string, seconds: number];
  checkpointSaved: [path: string, reason: string];
  /** A sentence for the user; one with a secret in it, such as the address of a live page, is shown once and kept nowhere. */
  message: [level: 'info' | 'warning', text: string, isSecret?: boolean];
  /** `detail` is `null` where there is none, or where a message has told it already. */
  runEnded: [status: RunStatus, detail: string | null];
}

/** The observing half of the event bus: all that plugins get. Registration returns its disposer. */
export interface RunEventSource {
  on<K extends keyof RunEvents>(event: K, listener: (...args: RunEvents[K]) => void): () => void;
}

/** Both halves; the run's own rooms publish. */
export interface RunEventBus extends RunEventSource {
  emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void;
  /** Whether anybody listens. */
  isHeard(event: keyof RunEvents): boolean;
}
