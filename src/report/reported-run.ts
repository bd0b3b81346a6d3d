import type { Json } from '../contracts';

/** A value of a metric, and when it was logged. */
export interface StepValue {
  readonly step: number;
  /** `null` where the logger does not keep it. */
  readonly epoch: number | null;
  readonly value: number;
}

/** What a run's loggers have kept. */
export interface RunMetrics {
  /** The file or folder that it was read from, as the run folder names it. */
  readonly source: string;
  /** Values by metric, by ascending step; each step once. */
  readonly values: ReadonlyMap<string, readonly StepValue[]>;
  /** Rows in the file. */
  readonly rows: number;
  /** Values that a later one of the same step has taken the place of. */
  readonly repeated: number;
  /** What a reader should know of them, as sentences. */
  readonly remarks: readonly string[];
}

/** A record of an evaluation, as commands write it. */
export interface EvaluationRecord {
  /** Without the folder. */
  readonly file: string;
  readonly command: string;
  /** The last part of its path; `null` for random weights. */
  readonly checkpoint: string | null;
  readonly weights: string;
  /** Updates after which it was made; `null` where it is not known. */
  readonly step: number | null;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a run said, as `messageLog()` keeps it. */
export interface RunMessage {
  /** As ISO 8601 has it. */
  readonly time: string;
  readonly step: number;
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** How far a run came, in words. */
export interface RunProgress {
  readonly kind: 'finished' | 'running' | 'ended early' | 'failed' | 'unknown';
  readonly sentence: string;
}

/** Values of a metric that are bad. */
export interface ReportedBand {
  readonly metric: string;
  readonly warnBelow: number;
  readonly below: string;
}

/** A picture that a plugin put into the run folder. */
export interface RunPicture {
  /** As the run folder names it. */
  readonly file: string;
  readonly png: Buffer;
}

/** Everything that a report needs of a run's folder; what is not there is empty. */
export interface ReportedRun {
  readonly folder: string;
  /** Tells it from the others: `fastsiam/version_0`. */
  readonly label: string;
  readonly experiment: string;
  readonly state: RunProgress;
  /** `null` where no logger has written into the folder. */
  readonly metrics: RunMetrics | null;
  /** Configurations: that of the first start, and those of resumed ones that differ. */
  readonly configs: readonly Json[];
  readonly hyperparameters: readonly Json[];
  readonly environments: readonly Json[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly messages: readonly RunMessage[];
  readonly bands: readonly ReportedBand[];
  readonly pictures: readonly RunPicture[];
  /** Files that are there and could not be read, a sentence each. */
  readonly problems: readonly string[];
}
