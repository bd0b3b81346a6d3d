import type { RunStatus } from './events';
import type { Json } from './json';
import type { FitProgress } from './progress';
import type { MetricBand } from './tokens';

/** What a live page is about; it does not change while the run goes on. */
export interface LiveFacts {
  readonly experiment: string;
  /** The run among those of its experiment: `version_3`. */
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
 * Points of a metric's curve, in columns of one length. From a certain length on neighbouring points are joined, so that a
 * curve stays small however long the run.
 */
export interface CurvePoints {
  /** Name and kind tell a curve from others. */
  readonly name: string;
  /** Of steps or of epochs; `page` where the page measured it itself. */
  readonly kind: 'step' | 'epoch' | 'page';
  /** Values that a point stands for, but for the last one, which may stand for fewer. */
  readonly stride: number;
  /** Updates that were done at a point's last value. */
  readonly steps: readonly number[];
  /** Means of the finite values; `null` where there is none. */
  readonly means: readonly (number | null)[];
  readonly lows: readonly (number | null)[];
  readonly highs: readonly (number | null)[];
  /** How many values were NaN or infinite. */
  readonly broken: readonly number[];
}

/** Points that take the place of those from `from` on. */
export interface CurveChange extends CurvePoints {
  readonly from: number;
}

/** A message of the run, as the live page shows it. */
export interface LiveMessage {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Updates that were done. */
  readonly step: number;
  readonly level: 'info' | 'warning';
  readonly text: string;
}

/** The newest picture of a name. */
export interface LiveImage {
  readonly name: string;
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  readonly epoch: number;
  /** Where the server has it, relative to the page. */
  readonly path: string;
}

/** Where the run stands. */
export interface LiveProgress extends FitProgress {
  /** Milliseconds since 1970 at which this was so. */
  readonly at: number;
  /** Wall time of a batch, smoothed; `null` before the second batch. */
  readonly secondsPerBatch: number | null;
  /** What is left to do, by the pace so far; `null` where that or the end is unknown. */
  readonly secondsLeft: number | null;
  /** Images a second of all ranks, smoothed; `null` before the second batch. */
  readonly imagesPerSecond: number | null;
  /** What goes on besides training: `kNN evaluation`. */
  readonly aside: { readonly name: string; readonly done: number; readonly total: number } | null;
  /** Newest values of the metrics of the progress bar. NaN and the infinities are texts, as in records. */
  readonly newest: Readonly<Record<string, number | string>>;
}

/** How the run ended; `over` where that is not known yet. `detail` is `null` where there is none. */
export interface LiveEnd {
  readonly status: RunStatus | 'over';
  readonly detail: string | null;
  readonly at: number;
}

/** Everything that a page shows; the event `snapshot`. */
export interface LiveSnapshot {
  readonly facts: LiveFacts;
  readonly curves: readonly CurvePoints[];
  readonly messages: readonly LiveMessage[];
  readonly images: readonly LiveImage[];
  readonly progress: LiveProgress | null;
  readonly end: LiveEnd | null;
  /** Metrics that were left out, as there were too many. */
  readonly leftOut: number;
}

/** What is new; the event `update`. Absent parts have not changed. */
export interface LiveUpdate {
  readonly curves?: readonly CurveChange[];
  /** To be added to those that are there. */
  readonly messages?: readonly LiveMessage[];
  readonly images?: readonly LiveImage[];
  readonly progress?: LiveProgress;
  readonly end?: LiveEnd;
  readonly leftOut?: number;
}

/** A run that can be shown beside this one. */
export interface ListedRun {
  /** Names it to the server, for as long as that runs. */
  readonly id: number;
  /** `fastsiam/version_3`. */
  readonly name: string;
}

/** Another run, and how its configuration differs. */
export interface OtherRun {
  readonly name: string;
  readonly curves: readonly CurvePoints[];
  /** `null` where it is going on, was killed, or had no page. */
  readonly end: LiveEnd | null;
  readonly differences: readonly SettingDifference[];
}

/** An option that two runs have with different values; `null` where one does not have it. */
export interface SettingDifference {
  readonly option: string;
  readonly here: string | null;
  readonly there: string | null;
}
