import { FulgurError } from '../../errors';
import type { World } from '../world';
import { parseAddress } from './address';
import type { ClusterEnvironment } from './cluster-environment';
import { missing, rankBelow, valueOf, wholeNumberIn } from './variables';
import type { Variables } from './variables';

const names = {
  rank: 'FULGUR_RANK',
  worldSize: 'FULGUR_WORLD_SIZE',
  addresses: 'FULGUR_RANK_ADDRESSES',
} as const;
const source = '--devices';

/** Returns the variables with which the local launcher tells a child its place in the world; `addresses` are by rank. */
export function localRankVariables({
  rank,
  addresses,
}: {
  readonly rank: number;
  readonly addresses: readonly string[];
}): Record<string, string> {
  return {
    [names.rank]: String(rank),
    [names.worldSize]: String(addresses.length),
    [names.addresses]: addresses.join(','),
  };
}

/** The environment of a child of the local launcher: all ranks are on this host. */
export class LocalEnvironment implements ClusterEnvironment {
  private constructor(
    readonly rank: number,
    readonly worldSize: number,
    private readonly addresses: readonly string[],
  ) {}

  /**
   * Returns `null` if the launcher did not start this process.
   * @throws FulgurError of kind `config` if the variables are inconsistent.
   */
  static from(variables: Variables): LocalEnvironment | null {
    if (valueOf(variables, names.rank) === null) return null;
    const list = valueOf(variables, names.addresses);
    if (list === null) throw missing(names.addresses, source);
    const addresses = list.split(',');
    const worldSize = wholeNumberIn(variables, names.worldSize, { least: 1 });
    const wrong = addresses.find((address) => parseAddress(address) === null);
    if (worldSize !== addresses.length || wrong !== undefined) {
      throw new FulgurError('config', {
        what:
          wrong === undefined
            ? `${names.worldSize} is ${worldSize ?? 'not set'}, but ${names.addresses} has ${addresses.length}.`
            : `${names.addresses} has "${wrong}", which is not host:port.`,
        fix: `Let --devices set ${Object.values(names).join(', ')}; do not set them yourself.`,
      });
    }
    const rank = rankBelow(variables, names.rank, worldSize, names.worldSize) ?? 0;
    return new LocalEnvironment(rank, worldSize, addresses);
  }

  world(): Promise<World> {
    const { rank, worldSize, addresses } = this;
    return Promise.resolve({
      rank,
      worldSize,
      localRank: rank,
      localWorldSize: worldSize,
      addresses,
      source,
    });
  }
}
