import { LocalEnvironment, localRankVariables } from '../../../src/launch/environments/local-environment';
import { failureOf } from './failure-of';

const addresses = ['127.0.0.1:4001', '127.0.0.1:4002', '[::1]:4003'];

describe('a child of the local launcher', () => {
  it('reads what the launcher wrote', async () => {
    const variables = localRankVariables({ rank: 2, addresses });
    expect(variables).toEqual({
      FULGUR_RANK: '2',
      FULGUR_WORLD_SIZE: '3',
      FULGUR_RANK_ADDRESSES: '127.0.0.1:4001,127.0.0.1:4002,[::1]:4003',
    });
    await expect(LocalEnvironment.from(variables)?.world()).resolves.toEqual({
      rank: 2,
      worldSize: 3,
      localRank: 2,
      localWorldSize: 3,
      addresses,
      source: '--devices',
    });
  });

  it('is not one without a rank', () => {
    expect(LocalEnvironment.from({})).toBeNull();
    expect(LocalEnvironment.from({ FULGUR_RANK: '', FULGUR_WORLD_SIZE: '2' })).toBeNull();
  });

  const fix =
    'Let --devices set FULGUR_RANK, FULGUR_WORLD_SIZE, FULGUR_RANK_ADDRESSES; do not set them yourself.';
  it.each([
    [
      { FULGUR_RANK_ADDRESSES: '' },
      'The variables of --devices are set, except FULGUR_RANK_ADDRESSES. Set FULGUR_RANK_ADDRESSES, or start this process without the others.',
    ],
    [{ FULGUR_WORLD_SIZE: '2' }, `FULGUR_WORLD_SIZE is 2, but FULGUR_RANK_ADDRESSES has 3. ${fix}`],
    [{ FULGUR_WORLD_SIZE: '' }, `FULGUR_WORLD_SIZE is not set, but FULGUR_RANK_ADDRESSES has 3. ${fix}`],
    [{ FULGUR_RANK_ADDRESSES: 'a:1,b,c:3' }, `FULGUR_RANK_ADDRESSES has "b", which is not host:port. ${fix}`],
    [
      { FULGUR_RANK: '3' },
      'FULGUR_RANK is 3, but FULGUR_WORLD_SIZE is 3. Give every process a FULGUR_RANK from 0 to 2.',
    ],
    [{ FULGUR_RANK: 'x' }, 'FULGUR_RANK is "x". Set FULGUR_RANK to a whole number of at least 0.'],
  ])('rejects %j', (changes, message) => {
    const variables = { ...localRankVariables({ rank: 0, addresses }), ...changes };
    expect(failureOf(() => LocalEnvironment.from(variables))).toBe(`config: ${message}`);
  });
});
