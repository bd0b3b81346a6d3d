/** The figures in a benchmark's last line, of which a row uses one. */
export type Figure =
  | 'meanSecondsPerStep'
  | 'medianSeconds'
  | 'imagesPerSecondPerCore'
  | 'firstStepSeconds'
  | 'secondsToFirstUpdate';

/** A figure's median over the turns, and its range. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The results of one side. */
export interface Measured {
  readonly figure: Spread;
  /** Peak resident memory of the measuring process; `null` if the command reports none. */
  readonly mebibytes: Spread | null;
}

/** The same work by both sides, in turns. */
export interface Row {
  readonly name: string;
  readonly figure: Figure;
  readonly turns: number;
  /** Date of the measurement. */
  readonly date: string;
  /** The machine, and the versions of everything that was measured. */
  readonly machine: string;
  readonly ours: Measured;
  /** `null` for a measurement of Fulgur alone. */
  readonly peers: Measured | null;
}

/** @throws RangeError without numbers. */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new RangeError('There are no numbers.');
  const upper = sorted[Math.floor(sorted.length / 2)] ?? max;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? min;
  return { median: (lower + upper) / 2, min, max };
}

/** Speed relative to the peer by the medians; `null` without a peer. */
export function timesAsFast({ figure, ours, peers }: Row): number | null {
  if (peers === null) return null;
  const ratio = ours.figure.median / peers.figure.median;
  return figure === 'imagesPerSecondPerCore' ? ratio : 1 / ratio;
}

/** Peak memory relative to the peer; `null` if either reports none. */
export function timesAsMuch({ ours, peers }: Row): number | null {
  const peersPeak = peers?.mebibytes ?? null;
  return ours.mebibytes === null || peersPeak === null ? null : ours.mebibytes.median / peersPeak.median;
}
