import { FulgurError } from '../../src';
import { readReferenceFile } from '../command';

/** How a reference run was trained. */
export interface TrainingSpec {
  /** Which of lightly's methods; FastSiam where none is named. */
  readonly method?: string;
  readonly seed: number;
  readonly batch: number;
  readonly size: number;
  /** Size of the small views of methods that have some. */
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
  /** Rows of the queue of methods that have one. */
  readonly bank: number;
  /** The teacher's share in its own values. */
  readonly ema: number;
  readonly temperature: number;
}

export function isMethodSpec(spec: TrainingSpec): spec is MethodSpec {
  return spec.method !== undefined;
}

/** Sum and Euclidean norm of a tensor: alike in every layout. */
export type SumAndNorm = readonly [sum: number, norm: number];

/** What a training run shows of itself. */
export interface Figures {
  /** At each step. */
  readonly loss: readonly number[];
  /** Norm of all gradients together, at each step. */
  readonly gradNorm: readonly number[];
  /** Collapse measure of view 0's z, at each step: of FastSiam. */
  readonly zStdTimesSqrtD?: readonly number[];
  /** Gradients of the first step, by parameter. */
  readonly grad0: Readonly<Record<string, SumAndNorm>>;
  /** Parameters and buffers after the last step. */
  readonly final: Readonly<Record<string, SumAndNorm>>;
  /** First numbers of z for sample 0 of view 0, in evaluation mode after the last step: of FastSiam. */
  readonly evalZ0?: readonly number[];
  /** The same of p. */
  readonly evalP0?: readonly number[];
  /** The same of the backbone's output: of all other methods. */
  readonly evalFeatures?: readonly number[];
}

/** What is compared of a model in evaluation mode. */
export const outputNames = ['evalZ0', 'evalP0', 'evalFeatures'] as const;

export type OutputName = (typeof outputNames)[number];

/** Largest errors at which a run still agrees. */
export type Tolerance = Omit<Figures, OutputName> & { readonly [Name in OutputName]?: number };

/** A reference file: PyTorch's figures in float64, and how far honest float32 runs are from them. */
export interface Reference {
  readonly spec: TrainingSpec;
  /** Shapes by state-dict name, in PyTorch's layout. */
  readonly stateDict: Readonly<Record<string, readonly number[]>>;
  readonly truth: Figures;
  readonly tolerance: Tolerance;
}

/**
 * Reads a reference for a run of so many ranks.
 *
 * @throws FulgurError `data` where the file is no reference, or one of another number of ranks than this run can equal.
 */
export function readReference(file: string, ranks: number, syncBn: boolean): Reference {
  const reference = readReferenceFile(file, ['spec', 'stateDict', 'truth', 'tolerance']) as Reference;
  const { spec } = reference;
  // With statistics over all ranks any number of them equals one.
  const equal = syncBn ? 1 : ranks;
  if (spec.ranks !== equal) {
    throw new FulgurError('data', {
      what: `${file} was made by ${spec.ranks} ranks.`,
      why: `This run is to equal ${equal}.`,
      fix: spec.ranks === 1 ? 'Add --sync-bn.' : `Give it --ranks ${spec.ranks}, without --sync-bn.`,
    });
  }
  if (spec.batch % ranks !== 0) {
    throw new FulgurError('config', {
      what: `A batch of ${spec.batch} cannot be shared among ${ranks} ranks.`,
      fix: `Give a number of ranks that divides ${spec.batch}.`,
    });
  }
  return ranks === 1 || syncBn ? reference : withoutRunningStatistics(reference);
}

/** Batch norm per rank: the reference's running statistics mix its ranks, and so do its outputs in evaluation. */
function withoutRunningStatistics(reference: Reference): Reference {
  const kept = Object.entries(reference.truth.final).filter(
    ([name]) => !/running_(mean|var)$|num_batches_tracked$/.test(name),
  );
  return {
    ...reference,
    truth: { ...reference.truth, final: Object.fromEntries(kept), evalZ0: [], evalP0: [], evalFeatures: [] },
  };
}
