import type { RunStatus } from './events';
import type { Json } from './json';
import type { FitProgress } from './progress';
import type { MetricBand } from './tokens';

/** The facts on a live page that do not change during the run. */
export interface LiveFacts {
  readonly experiment: string;
  /** The run's version within its experiment: `version_3`. */
  readonly version: string;
  readonly seed: number;
  readonly data: string;
  readonly device: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly resumedFrom: string | null;
  readonly config: Json;
  readonly bands: readonly MetricBand[];
}

/**
 * Points of a metric's curve, in columns of equal length. Beyond a certain length, neighbouring points are merged, so
 * that a curve stays small however long the run.
 */
export interface CurvePoints {
  /** Name and kind together identify a curve. */
  readonly name: string;
  /** Whether its values are of steps or epochs; `page` if the page measured them itself. */
  readonly kind: 'step' | 'epoch' | 'page';
  /** The number of values per point; the last point may stand for fewer. */
  readonly stride: number;
  /** Updates done by each point's last value. */
  readonly steps: readonly number[];
  /** Means of the finite values; `null` if there are none. */
  readonly means: readonly (number | null)[];
  readonly lows: readonly (number | null)[];
  readonly highs: readonly (number | null)[];
  /** The number of NaN or infinite values. */
  readonly broken: readonly number[];
}

/** Points that replace those from `from` on. */
export interface CurveChange extends CurvePoints {
  readonly from: number;
}

/** A message of the run, as the live page shows it. */
export interface LiveMessage {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Updates done by then. */
  readonly step: number;
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** The latest picture of a name. */
export interface LiveImage {
  readonly name: string;
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  readonly epoch: number;
  /** Its path on the server, relative to the page. */
  readonly path: string;
}

/** The progress of the run. */
export interface LiveProgress extends FitProgress {
  /** When this was measured, in milliseconds since 1970. */
  readonly at: number;
  /** Wall time of a batch, smoothed; `null` before the second batch. */
  readonly secondsPerBatch: number | null;
  /** Estimated time left at the pace so far; `null` if the pace or the end is unknown. */
  readonly secondsLeft: number | null;
  /** Images per second of all ranks, smoothed; `null` before the second batch. */
  readonly imagesPerSecond: number | null;
  /** Current work besides training: `kNN evaluation`. */
  readonly aside: { readonly name: string; readonly done: number; readonly total: number } | null;
  /** Latest values of the progress bar's metrics. NaN and the infinities are strings, as in records. */
  readonly newest: Readonly<Record<string, number | string>>;
}

/** How the run ended; `over` if that is not known yet. `detail` is `null` if there is none. */
export interface LiveEnd {
  readonly status: RunStatus | 'over';
  readonly detail: string | null;
  readonly at: number;
}

/** Everything a page shows: the event `snapshot`. */
export interface LiveSnapshot {
  readonly facts: LiveFacts;
  readonly curves: readonly CurvePoints[];
  readonly messages: readonly LiveMessage[];
  readonly images: readonly LiveImage[];
  readonly progress: LiveProgress | null;
  readonly end: LiveEnd | null;
  /** The number of metrics left out because there were too many. */
  readonly leftOut: number;
}

/** What has changed: the event `update`. Absent parts have not changed. */
export interface LiveUpdate {
  readonly curves?: readonly CurveChange[];
  /** New messages, to be appended. */
  readonly messages?: readonly LiveMessage[];
  readonly images?: readonly LiveImage[];
  readonly progress?: LiveProgress;
  readonly end?: LiveEnd;
  readonly leftOut?: number;
}

/** A run that can be shown beside this one. */
export interface ListedRun {
  /** Its identifier on the server for as long as the server runs. */
  readonly id: number;
  /** `fastsiam/version_3`. */
  readonly name: string;
}

/** Another run, with the differences in its configuration. */
export interface OtherRun {
  readonly name: string;
  readonly curves: readonly CurvePoints[];
  /** `null` if it is still running, was killed or had no page. */
  readonly end: LiveEnd | null;
  readonly differences: readonly SettingDifference[];
}

/** An option with different values in two runs; `null` if a run does not have it. */
export interface SettingDifference {
  readonly option: string;
  readonly here: string | null;
  readonly there: string | null;
}
