/** The data on which methods are compared. */
export type CaseData = 'digits' | 'pictograms';

export type CasePrecision = '32-true' | 'bf16-mixed';

/** One training run to evaluate: everything on which its figures depend besides the code. */
export interface Case {
  readonly data: CaseData;
  readonly method: string;
  readonly seed: number;
  readonly precision: CasePrecision;
  readonly epochs: number;
  readonly batchSize: number;
  /** The optimiser in words, such as `SGD 0.06, momentum 0.9, decay 0.0005`. */
  readonly optimizer: string;
  /** The views as in the run's record. */
  readonly views: string;
  /** Hyperparameters that differ from the experiment's defaults, in words. */
  readonly options: string;
}

/** The quality of the features at one point of a training run. */
export interface Judgement {
  /** Epochs trained; 0 with random weights. */
  readonly epoch: number;
  /**
   * Share of held-out images whose class is predicted by the 200 nearest training images; for `pictograms`, the
   * category by 20.
   */
  readonly knn: number | null;
  /** The same with a linear classifier, before the first epoch and after the last; `null` in between. */
  readonly linear: number | null;
  /** For `pictograms`: shares of emoji found in the other artist's drawings in first place, and among the first five. */
  readonly top1: number | null;
  readonly top5: number | null;
  /** Mean deviation of the backbone's unit feature rows, times √features: about 1 for spread-out rows, 0 for equal rows. */
  readonly spread: number | null;
  /** The same for the projection; `null` if the method has none. */
  readonly projectedSpread: number | null;
}

/** A case and its results. */
export interface Finding {
  readonly case: Case;
  readonly judgements: readonly Judgement[];
  /** Mean training loss of each epoch; `null` if it is not finite. */
  readonly losses: readonly (number | null)[];
  readonly date: string;
}

/** Returns whether two cases are the same: all settings that affect their figures are equal. */
export function isSameCase(a: Case, b: Case): boolean {
  const names = Object.keys({ ...a, ...b }) as (keyof Case)[];
  return names.every((name) => a[name] === b[name]);
}

/** Returns a name such as `byol on digits, seed 2`. */
export function caseName({ data, method, seed, precision }: Case): string {
  return `${method} on ${data}, seed ${seed}${precision === '32-true' ? '' : `, ${precision}`}`;
}
