import type { Json } from '../contracts';

/** A value of a metric, and when it was logged. */
export interface StepValue {
  readonly step: number;
  /** `null` if the logger does not record it. */
  readonly epoch: number | null;
  readonly value: number;
}

/** The values that a run's loggers have kept. */
export interface RunMetrics {
  /** The file or folder from which it was read, relative to the run folder. */
  readonly source: string;
  /** Values by metric, by ascending step; each step once. */
  readonly values: ReadonlyMap<string, readonly StepValue[]>;
  /** Number of rows in the file. */
  readonly rows: number;
  /** Number of values that a later one of the same step replaced. */
  readonly repeated: number;
  /** Remarks for the reader, as sentences. */
  readonly remarks: readonly string[];
}

/** A record of an evaluation, as written by commands. */
export interface EvaluationRecord {
  /** File name without the folder. */
  readonly file: string;
  readonly command: string;
  /** The last part of the checkpoint's path; `null` for random weights. */
  readonly checkpoint: string | null;
  readonly weights: string;
  /** Number of updates after which it was made; `null` if unknown. */
  readonly step: number | null;
  readonly metrics: Readonly<Record<string, number>>;
  /** The nearest images that `neighbours` found; empty for other commands. */
  readonly nearest: readonly NearestImages[];
}

/** An image with the images nearest to it, in order of descending cosine similarity. */
export interface NearestImages {
  readonly query: string;
  readonly neighbours: readonly { readonly name: string; readonly similarity: number }[];
}

/** A message of a run, as kept by `messageLog()`. */
export interface RunMessage {
  /** Time in ISO 8601. */
  readonly time: string;
  readonly step: number;
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** How far a run got, in words. */
export interface RunProgress {
  readonly kind: 'finished' | 'running' | 'ended early' | 'failed' | 'unknown';
  readonly sentence: string;
}

/** A range of bad values of a metric. */
export interface ReportedBand {
  readonly metric: string;
  readonly warnBelow: number;
  readonly below: string;
}

/** A picture that a plugin wrote to the run folder. */
export interface RunPicture {
  /** Path relative to the run folder. */
  readonly file: string;
  readonly png: Buffer;
}

/** Everything that a report needs from a run's folder; missing parts are empty. */
export interface ReportedRun {
  readonly folder: string;
  /** Distinguishes it from the others: `fastsiam/version_0`. */
  readonly label: string;
  readonly experiment: string;
  readonly state: RunProgress;
  /** `null` if no logger has written to the folder. */
  readonly metrics: RunMetrics | null;
  /** Configurations of the first start and of resumed starts that differ from it. */
  readonly configs: readonly Json[];
  readonly hyperparameters: readonly Json[];
  readonly environments: readonly Json[];
  readonly evaluations: readonly EvaluationRecord[];
  readonly messages: readonly RunMessage[];
  readonly bands: readonly ReportedBand[];
  readonly pictures: readonly RunPicture[];
  /** One sentence for each file that exists but could not be read. */
  readonly problems: readonly string[];
}
