import type { Case, CaseData } from './case';
import { caseOf, methods } from './settings';

/** Cases that belong together, in the order in which they are trained. */
export interface Part {
  readonly name: PartName;
  readonly cases: readonly Case[];
}

export type PartName = 'digits' | 'precision' | 'pictograms';

export const seeds: readonly number[] = [1, 2, 3];

/** The methods that are also trained in `bf16-mixed`. */
export const precisionMethods = ['fastsiam', 'simsiam'] as const;

/** Seed of the pictograms. */
export const pictogramSeed = 1;

/** Returns all cases. One seed of all methods on the digits comes first, so that an early end leaves a complete table. */
export function plan(): Part[] {
  const names = Object.keys(methods);
  const of = (data: CaseData, seed: number): Case[] => names.map((method) => caseOf(method, data, { seed }));
  return [
    { name: 'digits', cases: seeds.flatMap((seed) => of('digits', seed)) },
    { name: 'pictograms', cases: of('pictograms', pictogramSeed) },
    {
      name: 'precision',
      cases: seeds.flatMap((seed) =>
        precisionMethods.map((method) => caseOf(method, 'digits', { seed, precision: 'bf16-mixed' })),
      ),
    },
  ];
}
