import type { RankState, RunState, Strategy } from '../../../src/contracts';
import { SingleDevice } from '../../../src/strategy';
import { changedWorldSize, stateOfRank, withRankStates } from '../../../src/trainer/state/rank-states';
import { FakeRanks } from '../../ranks/fake-ranks';
import { toyState } from '../../plugins/checkpointing/toy-state';
import { messageOf } from '../fakes/fit';

const strategyOf = (worldSize: number, rank = 0, ranksDiffer = false): Strategy =>
  Object.assign(new SingleDevice(), { ranks: new FakeRanks(worldSize, rank), ranksDiffer });

const by = (ranks: readonly RankState[], nextBatch: number): RunState => ({
  ...toyState(4),
  progress: { epoch: 1, nextBatch, globalStep: 4 },
  ranks,
});

const two: RankState[] = [{ metrics: { loss: [1] } }, { metrics: { loss: [2] } }];

function refusal(worldSize: number, state: RunState): string {
  try {
    stateOfRank(strategyOf(worldSize), state, 'checkpoints/last');
  } catch (error) {
    return messageOf(error);
  }
  return '';
}

describe('the state of several ranks', () => {
  it("holds what is each one's own, and gives it back", async () => {
    const state = await withRankStates(strategyOf(2), toyState(4));
    expect(state.ranks).toEqual([{ metrics: toyState(4).metrics }, { metrics: toyState(4).metrics }]);
    expect(stateOfRank(strategyOf(2, 1), by(two, 2), 'last').metrics).toEqual({ loss: [2] });
  });

  it('holds parameters and optimisers of each where they differ', async () => {
    const own = toyState(4);
    const { ranks } = await withRankStates(strategyOf(2, 0, true), own);
    expect(ranks?.[1]?.weights).toEqual(own.weights);
    expect(ranks?.[1]?.optimizers).toEqual(own.optimizers);
  });

  it('is as before on one rank', async () => {
    const own = toyState(4);
    expect(await withRankStates(strategyOf(1), own)).toBe(own);
    expect(changedWorldSize(own, 1)).toBeNull();
  });

  it('goes on with another number of ranks between two epochs, and says what that changes', () => {
    expect(refusal(4, by(two, 0))).toBe('');
    expect(changedWorldSize(by(two, 0), 4)).toContain(
      'The checkpoint was written by 2 ranks, and this run has 4',
    );
  });

  it('is refused by another number of ranks in the middle of an epoch', () => {
    expect(refusal(1, by(two, 2))).toBe(
      'The checkpoint checkpoints/last was written by 2 ranks, and this run has 1. ' +
        'It lies in the middle of an epoch, whose batches were dealt to 2 ranks. ' +
        'Resume with 2 ranks, or from a checkpoint at the end of an epoch.',
    );
    expect(refusal(2, { ...toyState(4), progress: { epoch: 1, nextBatch: 1, globalStep: 5 } })).toContain(
      'was written by 1 rank, and this run has 2.',
    );
  });

  it('is refused by another number of ranks where each has parameters of its own', () => {
    const differing = two.map((rank) => ({ ...rank, weights: toyState(4).weights, optimizers: [] }));
    expect(refusal(4, by(differing, 0))).toContain(
      "Each rank's parameters are its own there. Resume with 2 ranks.",
    );
  });
});
