import type { OptimizerState, RankState, RunState, StateDict, Strategy } from '../../contracts';
import { FulgurError } from '../../errors';
import { decodeSafetensors, encodeSafetensors } from '../../nn';

/** A state with what is each rank's own; every rank calls it at the same point of training. */
export async function withRankStates(strategy: Strategy, own: RunState): Promise<RunState> {
  const { ranks, ranksDiffer } = strategy;
  if (ranks.worldSize === 1) return own;
  const metrics = await ranks.gather(own.metrics);
  if (!ranksDiffer) return { ...own, ranks: metrics.map((state) => ({ metrics: state })) };
  const tensors = await ranks.gatherBytes(encodeSafetensors(tensorsOf(own)));
  return {
    ...own,
    ranks: metrics.map((state, rank) => ({
      metrics: state,
      ...tensorsFrom(decodeSafetensors(tensors[rank] ?? new Uint8Array()).tensors, own.optimizers),
    })),
  };
}

/**
 * The state of this rank. Between two epochs a run may go on with another number of ranks, as nothing is each rank's own
 * there.
 *
 * @throws FulgurError `checkpoint` where it may not.
 */
export function stateOfRank(strategy: Strategy, state: RunState, path: string): RunState {
  const { rank, worldSize } = strategy.ranks;
  const before = state.ranks?.length ?? 1;
  if (before !== worldSize) {
    refuseInEpoch(state, path, before, worldSize);
    return state;
  }
  return { ...state, ...state.ranks?.[rank] };
}

/** Where the number of ranks is another one, what that changes; `null` where it is the same. */
export function changedWorldSize({ ranks }: RunState, worldSize: number): string | null {
  const before = ranks?.length ?? 1;
  if (before === worldSize) return null;
  return (
    `The checkpoint was written by ${count(before)}, and this run has ${worldSize}: ` +
    "an update now takes as many batches, each of data.batchSize, and the learning rate is the checkpoint's."
  );
}

function refuseInEpoch({ progress, ranks }: RunState, path: string, before: number, worldSize: number): void {
  const differ = ranks?.some(({ weights }) => weights !== undefined) === true;
  if (progress.nextBatch === 0 && !differ) return;
  throw new FulgurError('checkpoint', {
    what: `The checkpoint ${path} was written by ${count(before)}, and this run has ${worldSize}.`,
    why: differ
      ? "Each rank's parameters are its own there."
      : `It lies in the middle of an epoch, whose batches were dealt to ${count(before)}.`,
    fix: differ
      ? `Resume with ${count(before)}.`
      : `Resume with ${count(before)}, or from a checkpoint at the end of an epoch.`,
  });
}

function count(ranks: number): string {
  return ranks === 1 ? '1 rank' : `${ranks} ranks`;
}

function tensorsOf({ weights, optimizers }: RunState): StateDict {
  return new Map([
    ...[...weights].map(([name, tensor]) => [`weights/${name}`, tensor] as const),
    ...optimizers.flatMap(({ slots }, index) =>
      [...slots].map(([name, tensor]) => [`${index}/${name}`, tensor] as const),
    ),
  ]);
}

function tensorsFrom(
  tensors: StateDict,
  optimizers: readonly OptimizerState[],
): Required<Pick<RankState, 'weights' | 'optimizers'>> {
  const below = (prefix: string): StateDict =>
    new Map(
      [...tensors].flatMap(([name, tensor]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), tensor] as const] : [],
      ),
    );
  return {
    weights: below('weights/'),
    optimizers: optimizers.map((state, index) => ({ ...state, slots: below(`${index}/`) })),
  };
}
