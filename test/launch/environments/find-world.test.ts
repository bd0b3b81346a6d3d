import { describesCluster, findWorld, localRankVariables } from '../../../src/launch';
import { failureOf, rejectionOf } from './failure-of';
import { freePortNumber } from './free-port-number';

const local = localRankVariables({ rank: 1, addresses: ['127.0.0.1:4001', '127.0.0.1:4002'] });
const tfConfig = {
  TF_CONFIG: '{"cluster": {"worker": ["a:1", "b:1", "c:1"]}, "task": {"type": "worker", "index": 2}}',
};
const torchrun = { RANK: '1', WORLD_SIZE: '4', MASTER_ADDR: 'node1', MASTER_PORT: '29500' };
const slurm = {
  SLURM_JOB_ID: '7',
  SLURM_STEP_ID: '0',
  SLURM_STEP_NUM_TASKS: '2',
  SLURM_STEP_NODELIST: 'n[1-2]',
  SLURM_PROCID: '1',
};

describe('the world', () => {
  it('is none for a single process', async () => {
    await expect(findWorld({ PATH: '/bin', HOME: '/root' })).resolves.toBeNull();
    expect(describesCluster({})).toBe(false);
  });

  it.each([local, tfConfig, torchrun, slurm])('is described by %j', (variables) => {
    expect(describesCluster(variables)).toBe(true);
  });

  it('comes from the nearest launcher', async () => {
    const all = { ...slurm, ...torchrun, ...tfConfig, ...local };
    await expect(findWorld(all)).resolves.toMatchObject({ source: '--devices', rank: 1 });
    await expect(findWorld({ ...slurm, ...torchrun, ...tfConfig })).resolves.toMatchObject({
      source: 'TF_CONFIG',
      rank: 2,
    });
  });

  it('comes from torchrun rather than from the Slurm step that started torchrun', async () => {
    const MASTER_PORT = String(await freePortNumber());
    const both = { ...slurm, ...torchrun, WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT };
    const worlds = await Promise.all(
      ['0', '1'].map((RANK) => findWorld({ ...both, RANK }, { joinSeconds: 4 })),
    );
    expect(worlds).toMatchObject([
      { source: 'torchrun', rank: 0, localRank: 0, localWorldSize: 2 },
      { source: 'torchrun', rank: 1, localRank: 1, localWorldSize: 2 },
    ]);
  });

  it('does not exist for one process, whatever else started the launcher', async () => {
    const alone = { ...slurm, RANK: '0', WORLD_SIZE: '1' };
    await expect(findWorld(alone)).resolves.toBeNull();
    expect(describesCluster(alone)).toBe(false);
    expect(describesCluster({ ...torchrun, TF_CONFIG: '{}' })).toBe(true);
  });

  it('is rejected if variables are inconsistent', async () => {
    const message = 'config: RANK is 4, but WORLD_SIZE is 4. Give every process a RANK from 0 to 3.';
    const variables = { ...torchrun, RANK: '4' };
    expect(failureOf(() => describesCluster(variables))).toBe(message);
    await expect(rejectionOf(findWorld(variables))).resolves.toBe(message);
  });
});
