import * as tf from '@tensorflow/tfjs-core';
import type { RankState, RunState } from '../../../src/contracts';
import { start } from '../../../src/engine';
import { buffer, parameter } from '../../../src/nn';
import { changedWorldSize, stateOfRank, withRankStates } from '../../../src/trainer/state/rank-states';
import { inGroup } from '../../ranks/local-group';
import { toyState } from '../../plugins/checkpointing/toy-state';
import { messageOf } from '../fakes/fit';

const none = { namedVariables: () => new Map<string, tf.Variable>() };

const stateOn = (worldSize: number, rank: number, state: RunState, module = none): RunState =>
  stateOfRank({ worldSize, rank }, { state, path: 'checkpoints/last' }, module);

const by = (ranks: readonly RankState[], nextBatch: number): RunState => ({
  ...toyState(4),
  progress: { epoch: 1, nextBatch, globalStep: 4 },
  ranks,
});

const two: RankState[] = [{ metrics: { loss: [1] } }, { metrics: { loss: [2] } }];

function refusal(worldSize: number, state: RunState, module = none): string {
  try {
    stateOn(worldSize, 0, state, module);
  } catch (error) {
    return messageOf(error);
  }
  return '';
}

describe('the state of several ranks', () => {
  const numbers = (...values: number[]) =>
    ({ dtype: 'F32', shape: [values.length], data: Float32Array.from(values) }) as const;

  /** A state of which every part is the rank's own or everybody's. */
  const stateOf = (rank: number): RunState => ({
    ...toyState(4),
    weights: new Map([
      ['head.weight', numbers(1, 2)],
      ['queue', numbers(rank, -rank)],
    ]),
    optimizers: [
      {
        kind: 'sgd',
        stepCount: 4,
        slots: new Map([
          ['momentum/head.weight', numbers(3)],
          ['momentum/head.bias', numbers(10 + rank)],
        ]),
      },
    ],
    plugins: { timer: { seconds: rank }, stopper: { waited: 1 } },
    pluginTensors: {
      averages: new Map([['head.weight', numbers(5)]]),
      memory: new Map([['rows', numbers(20 + rank)]]),
    },
    metrics: { loss: [rank] },
  });

  it("contains what differs from rank 0's, and restores each rank's own", async () => {
    const captured = await inGroup(3, (ranks) =>
      withRankStates({ ranks, ranksDiffer: true }, stateOf(ranks.rank), none),
    );
    const [written] = captured as [RunState];
    expect(written.ranks).toEqual(
      [0, 1, 2].map((rank) => ({
        metrics: { loss: [rank] },
        ...(rank > 0 && {
          plugins: { timer: { seconds: rank } },
          weights: new Map([['queue', numbers(rank, -rank)]]),
          optimizers: [
            { kind: 'sgd', stepCount: 4, slots: new Map([['momentum/head.bias', numbers(10 + rank)]]) },
          ],
          pluginTensors: { memory: new Map([['rows', numbers(20 + rank)]]) },
        }),
      })),
    );
    for (const rank of [0, 1, 2]) {
      const { ranks, ...restored } = stateOn(3, rank, written);
      expect(ranks).toBe(written.ranks);
      expect(restored).toEqual(stateOf(rank));
    }
  });

  it('contains metrics alone if ranks have all else in common', async () => {
    const [state] = await inGroup(2, (ranks) =>
      withRankStates({ ranks, ranksDiffer: false }, toyState(4), none),
    );
    expect(state?.ranks).toEqual([{ metrics: toyState(4).metrics }, { metrics: toyState(4).metrics }]);
    expect(stateOn(2, 1, by(two, 2)).metrics).toEqual({ loss: [2] });
  });

  it('is rejected on all ranks if a buffer differs that must be the same, unless each rank trains its own model', async () => {
    await start();
    const module = { namedVariables: () => new Map([['queue', buffer(tf.zeros([2]))]]) };
    const taken = (ranksDiffer: boolean): Promise<unknown[]> =>
      inGroup(2, (ranks) =>
        withRankStates({ ranks, ranksDiffer }, stateOf(ranks.rank), module).catch(messageOf),
      );
    const sentence: unknown = expect.stringMatching(
      /^The ranks do not have the same values in the buffer 'queue'\./,
    );
    expect(await taken(false)).toEqual([sentence, sentence]);
    expect(await taken(true)).toEqual([expect.any(Object), expect.any(Object)]);
  });

  it('is as before on one rank', async () => {
    const own = toyState(4);
    const [state] = await inGroup(1, (ranks) => withRankStates({ ranks, ranksDiffer: false }, own, none));
    expect(state).toBe(own);
    expect(changedWorldSize(own, 1)).toBeNull();
  });

  it('continues with another number of ranks between two epochs, and reports what that changes', () => {
    expect(refusal(4, by(two, 0))).toBe('');
    expect(changedWorldSize(by(two, 0), 4)).toContain(
      'The checkpoint was written by 2 ranks, but this run has 4',
    );
  });

  it('is rejected by another number of ranks in the middle of an epoch', () => {
    expect(refusal(1, by(two, 2))).toBe(
      'The checkpoint checkpoints/last was written by 2 ranks, but this run has 1. ' +
        'It was written in the middle of an epoch, whose batches were dealt to 2 ranks. ' +
        'Resume with 2 ranks, or from a checkpoint at the end of an epoch.',
    );
    expect(refusal(2, { ...toyState(4), progress: { epoch: 1, nextBatch: 1, globalStep: 5 } })).toContain(
      'was written by 1 rank, but this run has 2.',
    );
  });

  it('is rejected by another number of ranks if each has its own values, but not if they may drift', async () => {
    await start();
    const variables = new Map<string, tf.Variable>([
      ['head.weight', parameter(tf.zeros([2]))],
      ['queue', buffer(tf.zeros([2]), { ranks: 'own' })],
      ['running_mean', buffer(tf.zeros([2]), { ranks: 'first' })],
    ]);
    const module = { namedVariables: () => variables };
    const holding = (...names: string[]): RunState =>
      by([two[0]!, { ...two[1]!, weights: new Map(names.map((name) => [name, numbers(1, 2)])) }], 0);
    const was = 'The checkpoint checkpoints/last was written by 2 ranks, but this run has 4.';
    expect(refusal(4, holding('running_mean', 'queue'), module)).toBe(
      `${was} Each rank has its own values in 'queue'. Resume with 2 ranks.`,
    );
    expect(refusal(4, holding('head.weight', 'queue'), module)).toBe(
      `${was} Each rank has its own values in 'head.weight' and 1 more. Resume with 2 ranks.`,
    );
    expect(refusal(4, holding('running_mean'), module)).toBe('');
  });

  it("reports which rank's plugin tensors another number of ranks uses", () => {
    const pluginTensors = { averages: new Map([['head.weight', numbers(5)]]) };
    const state = by([two[0]!, { ...two[1]!, pluginTensors }], 0);
    expect(refusal(4, state)).toBe('');
    expect(changedWorldSize(state, 4)).toContain(" All ranks take rank 0's tensors of plugin 'averages'.");
  });
});
