import { FulgurError } from '../../src';
import { readReferenceFile } from '../command';

/** How a reference run was trained. */
export interface TrainingSpec {
  /** One of lightly's methods; FastSiam if none is named. */
  readonly method?: string;
  readonly seed: number;
  readonly batch: number;
  readonly size: number;
  /** Size of the small views, for methods that have them. */
  readonly cropSize?: number;
  readonly steps: number;
  readonly ranks: number;
  readonly lr: number;
  readonly stem: 'imagenet' | 'cifar';
  readonly momentum: number;
  readonly wd: number;
}

/** How a reference of one of lightly's other methods was trained. */
export interface MethodSpec extends TrainingSpec {
  readonly method: string;
  /** Number of rows of the queue, for methods that have one. */
  readonly bank: number;
  /** Momentum of the teacher. */
  readonly ema: number;
  readonly temperature: number;
}

export function isMethodSpec(spec: TrainingSpec): spec is MethodSpec {
  return spec.method !== undefined;
}

/** Sum and Euclidean norm of a tensor, which do not depend on its layout. */
export type SumAndNorm = readonly [sum: number, norm: number];

/** The figures of a training run. */
export interface Figures {
  /** Loss at each step. */
  readonly loss: readonly number[];
  /** Norm of all gradients together, at each step. */
  readonly gradNorm: readonly number[];
  /** Collapse measure of view 0's z at each step, for FastSiam. */
  readonly zStdTimesSqrtD?: readonly number[];
  /** Gradients of the first step, by parameter. */
  readonly grad0: Readonly<Record<string, SumAndNorm>>;
  /** Parameters and buffers after the last step. */
  readonly final: Readonly<Record<string, SumAndNorm>>;
  /** First numbers of z for sample 0 of view 0, in evaluation mode after the last step, for FastSiam. */
  readonly evalZ0?: readonly number[];
  /** The same for p. */
  readonly evalP0?: readonly number[];
  /** The same for the backbone's output, for all other methods. */
  readonly evalFeatures?: readonly number[];
}

/** The outputs of a model in evaluation mode that are compared. */
export const outputNames = ['evalZ0', 'evalP0', 'evalFeatures'] as const;

export type OutputName = (typeof outputNames)[number];

/** Tolerances within which a run agrees. */
export type Tolerance = Omit<Figures, OutputName> & { readonly [Name in OutputName]?: number };

/** A reference file: PyTorch's figures in float64, and the deviation of genuine float32 runs from them. */
export interface Reference {
  readonly spec: TrainingSpec;
  /** Shapes by state-dict name, in PyTorch's layout. */
  readonly stateDict: Readonly<Record<string, readonly number[]>>;
  readonly truth: Figures;
  readonly tolerance: Tolerance;
}

/**
 * Reads a reference for a run with a number of ranks.
 *
 * @throws FulgurError `data` if the file is not a reference, or has a number of ranks that this run cannot equal.
 */
export function readReference(file: string, ranks: number, syncBn: boolean): Reference {
  const reference = readReferenceFile(file, ['spec', 'stateDict', 'truth', 'tolerance']) as Reference;
  const { spec } = reference;
  // With statistics over all ranks, any number of ranks equals one.
  const equal = syncBn ? 1 : ranks;
  if (spec.ranks !== equal) {
    throw new FulgurError('data', {
      what: `${file} was made with ${spec.ranks} ranks.`,
      why: `This run can only equal ${equal}.`,
      fix: spec.ranks === 1 ? 'Add --sync-bn.' : `Use --ranks ${spec.ranks} without --sync-bn.`,
    });
  }
  if (spec.batch % ranks !== 0) {
    throw new FulgurError('config', {
      what: `A batch of ${spec.batch} cannot be divided among ${ranks} ranks.`,
      fix: `Use a number of ranks that divides ${spec.batch}.`,
    });
  }
  return ranks === 1 || syncBn ? reference : withoutRunningStatistics(reference);
}

/** With batch norm per rank, the reference's running statistics mix its ranks, and so do its outputs in evaluation. */
function withoutRunningStatistics(reference: Reference): Reference {
  const kept = Object.entries(reference.truth.final).filter(
    ([name]) => !/running_(mean|var)$|num_batches_tracked$/.test(name),
  );
  return {
    ...reference,
    truth: { ...reference.truth, final: Object.fromEntries(kept), evalZ0: [], evalP0: [], evalFeatures: [] },
  };
}
