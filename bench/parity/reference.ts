import { FulgurError } from '../../src';
import { readReferenceFile } from '../command';

/** How a reference run was trained. */
export interface TrainingSpec {
  readonly seed: number;
  readonly batch: number;
  readonly size: number;
  readonly steps: number;
  readonly ranks: number;
  readonly lr: number;
  readonly stem: 'imagenet' | 'cifar';
  readonly momentum: number;
  readonly wd: number;
}

/** Sum and Euclidean norm of a tensor: alike in every layout. */
export type SumAndNorm = readonly [sum: number, norm: number];

/** What a training run shows of itself. */
export interface Figures {
  /** At each step. */
  readonly loss: readonly number[];
  /** Norm of all gradients together, at each step. */
  readonly gradNorm: readonly number[];
  /** Collapse measure of view 0's z, at each step. */
  readonly zStdTimesSqrtD: readonly number[];
  /** Gradients of the first step, by parameter. */
  readonly grad0: Readonly<Record<string, SumAndNorm>>;
  /** Parameters and buffers after the last step. */
  readonly final: Readonly<Record<string, SumAndNorm>>;
  /** First numbers of z for sample 0 of view 0, in evaluation mode after the last step. */
  readonly evalZ0: readonly number[];
  /** The same of p. */
  readonly evalP0: readonly number[];
}

/** Largest errors at which a run still agrees. */
export type Tolerance = Omit<Figures, 'evalZ0' | 'evalP0'> & {
  readonly evalZ0: number;
  readonly evalP0: number;
};

/** A reference file: PyTorch's figures in float64, and how far honest float32 runs are from them. */
export interface Reference {
  readonly spec: TrainingSpec;
  /** Shapes by state-dict name, in PyTorch's layout. */
  readonly stateDict: Readonly<Record<string, readonly number[]>>;
  readonly truth: Figures;
  readonly tolerance: Tolerance;
}

/** @throws FulgurError `data` where the file is no such reference, or one of several ranks. */
export function readReference(file: string): Reference {
  const reference = readReferenceFile(file, ['spec', 'stateDict', 'truth', 'tolerance']) as Reference;
  const { ranks } = reference.spec;
  if (ranks === 1) return reference;
  throw new FulgurError('data', {
    what: `${file} was made by ${ranks} ranks.`,
    why: 'This command trains on one.',
    fix: 'Name a file of one rank.',
  });
}
