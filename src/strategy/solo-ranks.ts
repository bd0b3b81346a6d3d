import type { Ranks } from '../contracts';

/** One process, nobody to exchange with. */
export const soloRanks: Ranks = {
  rank: 0,
  worldSize: 1,
  allReduce: (tensor) => tensor.clone(),
  gather: (value) => Promise.resolve([value]),
  gatherBytes: (bytes) => Promise.resolve([bytes]),
  broadcastBytes: (bytes) => Promise.resolve(bytes),
  anyRank: (wish) => Promise.resolve(wish),
};
