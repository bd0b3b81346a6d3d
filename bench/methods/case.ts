/** The data that methods are compared on. */
export type CaseData = 'digits' | 'pictograms';

export type CasePrecision = '32-true' | 'bf16-mixed';

/** One training that is judged: everything that its figures depend on besides the code. */
export interface Case {
  readonly data: CaseData;
  readonly method: string;
  readonly seed: number;
  readonly precision: CasePrecision;
  readonly epochs: number;
  readonly batchSize: number;
  /** The optimiser in words, such as `SGD 0.06, momentum 0.9, decay 0.0005`. */
  readonly optimizer: string;
  /** The views as the run's record has them. */
  readonly views: string;
  /** Hyperparameters that are not the defaults of the experiment, in words. */
  readonly options: string;
}

/** What features were worth at one time of a training. */
export interface Judgement {
  /** Epochs trained; 0 with random weights. */
  readonly epoch: number;
  /** Share of held-out images whose class the 200 nearest training images tell; of `pictograms`, the category by 20. */
  readonly knn: number | null;
  /** The same by a linear classifier; before the first epoch and after the last, `null` between. */
  readonly linear: number | null;
  /** Of `pictograms`: shares of emoji found in the other artist's drawings at the first place, and among five. */
  readonly top1: number | null;
  readonly top5: number | null;
  /** Mean deviation of unit feature rows of the backbone, times √features: about 1 for spread-out rows, 0 for equal ones. */
  readonly spread: number | null;
  /** The same of the projection, `null` where the method has none. */
  readonly projectedSpread: number | null;
}

/** A case and what it showed. */
export interface Finding {
  readonly case: Case;
  readonly judgements: readonly Judgement[];
  /** Mean training loss of each epoch; `null` where it is not finite. */
  readonly losses: readonly (number | null)[];
  readonly date: string;
}

/** Two cases are the same where all their figures come from the same numbers. */
export function isSameCase(a: Case, b: Case): boolean {
  const names = Object.keys({ ...a, ...b }) as (keyof Case)[];
  return names.every((name) => a[name] === b[name]);
}

/** Such as `byol on digits, seed 2`. */
export function caseName({ data, method, seed, precision }: Case): string {
  return `${method} on ${data}, seed ${seed}${precision === '32-true' ? '' : `, ${precision}`}`;
}
