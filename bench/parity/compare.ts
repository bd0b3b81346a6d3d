import { outputNames } from './reference';
import type { Figures, OutputName, Reference, SumAndNorm } from './reference';

/** Largest errors divided by their tolerances; a run agrees if none is above 1. */
export interface ErrorRatios {
  readonly maxLossErrorRatio: number;
  readonly maxGradErrorRatio: number;
  readonly maxStateErrorRatio: number;
}

/** Compares a run's figures with the reference's; a figure that is missing or NaN counts as infinitely wrong. */
export function compareFigures(figures: Figures, { truth, tolerance }: Reference): ErrorRatios {
  const lists = (key: 'loss' | 'gradNorm' | 'zStdTimesSqrtD'): number =>
    largestRatio(figures[key] ?? [], truth[key] ?? [], tolerance[key] ?? []);
  const records = (key: 'grad0' | 'final'): number =>
    Math.max(
      ...Object.entries(truth[key]).map(([name, wanted]) =>
        largestRatio(figures[key][name] ?? [], wanted, tolerance[key][name] ?? []),
      ),
    );
  const outputs = (key: OutputName): number => {
    const wanted = truth[key] ?? [];
    return largestRatio(
      figures[key] ?? [],
      wanted,
      wanted.map(() => tolerance[key] ?? 0),
    );
  };
  return {
    maxLossErrorRatio: Math.max(lists('loss'), lists('zStdTimesSqrtD')),
    maxGradErrorRatio: Math.max(lists('gradNorm'), records('grad0')),
    maxStateErrorRatio: Math.max(records('final'), ...outputNames.map(outputs)),
  };
}

function largestRatio(
  values: readonly number[] | SumAndNorm,
  wanted: readonly number[],
  tolerances: readonly number[],
): number {
  const ratios = wanted.map((truth, i) => {
    const error = Math.abs((values[i] ?? NaN) - truth);
    if (error === 0) return 0;
    const ratio = error / (tolerances[i] ?? 0);
    return Number.isNaN(ratio) ? Infinity : ratio;
  });
  return Math.max(0, ...ratios);
}
