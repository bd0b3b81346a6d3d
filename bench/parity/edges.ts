import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareFigures } from './compare';
import type { ErrorRatios } from './compare';
import type { Figures, Reference, TrainingSpec } from './reference';

/** A ReLU whose input in a reference's run is nearer to 0 than float32 can tell. */
export interface Edge {
  readonly step: number;
  readonly relu: string;
  readonly input: number;
}

/** What PyTorch gives in float64 with the sign of such an input turned; made by `bench/peer/relu_edge.py`. */
interface OtherSides {
  readonly spec: TrainingSpec;
  readonly sides: readonly { readonly edge: Edge; readonly truth: Omit<Figures, 'grad0'> }[];
}

const files = ['vicreg-edges.json'];

/** What a run's figures were compared with. */
export interface Comparison {
  readonly ratios: ErrorRatios;
  /** The edge on whose other side they agree with PyTorch; `null` for the reference's own figures. */
  readonly edge: Edge | null;
}

/**
 * Sets figures against a reference, and where they do not agree and the reference's run passes edges, against PyTorch's
 * figures on their other sides: which side a float32 run takes is chance, and all are right.
 */
export function compareWithEdges(figures: Figures, reference: Reference): Comparison {
  const plain: Comparison = { ratios: compareFigures(figures, reference), edge: null };
  if (agrees(plain.ratios)) return plain;
  const { grad0 } = reference.truth;
  const others = otherSidesOf(reference).map(({ edge, truth }) => ({
    ratios: compareFigures(figures, { ...reference, truth: { ...truth, grad0 } }),
    edge,
  }));
  return others.find(({ ratios }) => agrees(ratios)) ?? plain;
}

export function agrees(ratios: ErrorRatios): boolean {
  return Object.values(ratios).every((ratio) => ratio <= 1);
}

function otherSidesOf({ spec }: Reference): OtherSides['sides'] {
  const known = files.map(
    (file) => JSON.parse(readFileSync(join(__dirname, 'data', file), 'utf8')) as OtherSides,
  );
  return known.find((other) => JSON.stringify(other.spec) === JSON.stringify(spec))?.sides ?? [];
}
