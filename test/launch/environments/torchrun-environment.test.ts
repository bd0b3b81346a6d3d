import { connect } from 'node:net';
import { TorchrunEnvironment } from '../../../src/launch/environments/torchrun-environment';
import type { World } from '../../../src/launch';
import { failureOf } from './failure-of';
import { freePortNumber } from './free-port-number';

/** What a worker of `torchrun --nnodes 2 --nproc-per-node 2` sees. */
const worker = {
  RANK: '3',
  WORLD_SIZE: '4',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '2',
  GROUP_RANK: '1',
  GROUP_WORLD_SIZE: '2',
  ROLE_RANK: '3',
  ROLE_NAME: 'default',
  MASTER_ADDR: 'node1',
  MASTER_PORT: '29500',
  TORCHELASTIC_RESTART_COUNT: '0',
  TORCHELASTIC_MAX_RESTARTS: '0',
  TORCHELASTIC_RUN_ID: 'none',
  TORCHELASTIC_USE_AGENT_STORE: 'True',
};

/** What the second of two replicas of a PyTorchJob sees: a rank a pod, and no local one. */
const replica = {
  RANK: '1',
  WORLD_SIZE: '2',
  MASTER_ADDR: 'digits-master-0',
  MASTER_PORT: '23456',
  PET_NNODES: '2',
  PET_NODE_RANK: '1',
  PET_MASTER_ADDR: 'digits-master-0',
  PET_MASTER_PORT: '23456',
  KUBERNETES_PORT: 'tcp://10.96.0.1:443',
};

function worldsOf(variables: readonly Record<string, string>[]): Promise<(World | undefined)[]> {
  return Promise.all(variables.map(async (one) => TorchrunEnvironment.from(one)?.world({ joinSeconds: 4 })));
}

/** Says hello at a port as soon as somebody listens; ends with the answer. */
async function visitAs(port: number, hello: object): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const socket = connect({ host: '127.0.0.1', port });
    let back = '';
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false)).once('connect', () => resolve(true));
    });
    if (!connected) {
      await new Promise((done) => setTimeout(done, 5));
      continue;
    }
    socket.on('error', () => undefined).on('data', (piece) => (back += piece.toString()));
    socket.write(`${JSON.stringify(hello)}\n`);
    await new Promise((done) => socket.once('close', done));
    return back;
  }
  return 'nobody listens';
}

describe("torchrun's variables", () => {
  it.each([worker, replica])('are read: %j', (variables) => {
    expect(TorchrunEnvironment.from(variables)).toMatchObject({
      rank: Number(variables.RANK),
      worldSize: Number(variables.WORLD_SIZE),
    });
  });

  it('lead the ranks together, past the port that the agent keeps', async () => {
    const port = await freePortNumber();
    const common = { ...worker, WORLD_SIZE: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port - 1) };
    const worlds = await worldsOf(['0', '1'].map((rank) => ({ ...common, RANK: rank, LOCAL_RANK: rank })));
    const addresses = worlds[0]?.addresses ?? [];
    expect(addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/), expect.stringMatching(/^127/)]);
    expect(worlds).toEqual(
      [0, 1].map((rank) => ({
        rank,
        worldSize: 2,
        localRank: rank,
        localWorldSize: 2,
        addresses,
        source: 'torchrun',
      })),
    );
  });

  it('count the ranks of a host if they do not name their number', async () => {
    const place = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(await freePortNumber()), WORLD_SIZE: '3' };
    const worlds = await worldsOf(['0', '1', '2'].map((RANK) => ({ ...place, RANK })));
    expect(worlds.map((world) => [world?.localRank, world?.localWorldSize])).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it.each(['none', '', 'a1b2'])('do not let a stranger end the start (run id "%s")', async (id) => {
    const port = await freePortNumber();
    const place = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port), WORLD_SIZE: '2' };
    const common = { ...place, TORCHELASTIC_RUN_ID: id };
    const first = TorchrunEnvironment.from({ ...common, RANK: '0' })?.world({ joinSeconds: 4 });
    const guesses = ['', 'none', `127.0.0.1:${port}`];
    const answers = await Promise.all(
      guesses.map((token) => visitAs(port, { rank: 1, worldSize: 7, port: 5, token })),
    );
    expect(answers.join('')).toContain('another job');
    const second = TorchrunEnvironment.from({ ...common, RANK: '1' })?.world({ joinSeconds: 4 });
    expect((await first)?.addresses).toHaveLength(2);
    expect((await second)?.worldSize).toBe(2);
  });

  it('name the rejected process if a rank does not arrive', async () => {
    const port = await freePortNumber();
    const place = { MASTER_ADDR: '127.0.0.1', MASTER_PORT: String(port), WORLD_SIZE: '2' };
    const first = TorchrunEnvironment.from({ ...place, RANK: '0' })?.world({ joinSeconds: 1 });
    const wrong = TorchrunEnvironment.from({ ...place, RANK: '1', WORLD_SIZE: '3' })?.world({
      joinSeconds: 1,
    });
    await expect(wrong).rejects.toThrow('was started for 3 ranks, but rank 0 for 2.');
    await expect(first).rejects.toThrow(
      /^Rank 1 of 2 did not arrive at 127\.0\.0\.1:\d+ within 1 seconds\. A process was rejected: Rank 1 \(.*\) was started for 3 ranks, but rank 0 for 2\. Check/,
    );
  });

  it('do not exist without both rank and size, and need no address for one process', () => {
    const { RANK, ...rankless } = worker;
    expect(RANK).toBe('3');
    expect(TorchrunEnvironment.from({})).toBeNull();
    expect(TorchrunEnvironment.from(rankless)).toBeNull();
    expect(TorchrunEnvironment.from({ RANK: '0' })).toBeNull();
    expect(TorchrunEnvironment.from({ RANK: '0', WORLD_SIZE: '1' })?.worldSize).toBe(1);
  });

  it.each([
    [
      { ...worker, MASTER_ADDR: '' },
      'The variables of torchrun are set, except MASTER_ADDR. Set MASTER_ADDR, or start this process without the others.',
    ],
    [
      { ...worker, MASTER_PORT: '' },
      'The variables of torchrun are set, except MASTER_PORT. Set MASTER_PORT, or start this process without the others.',
    ],
    [
      { ...worker, MASTER_PORT: '70000' },
      'MASTER_PORT is "70000". Set MASTER_PORT to a whole number from 1 to 65535.',
    ],
    [
      { ...worker, MASTER_PORT: '65535' },
      "MASTER_PORT is 65535, which torchrun's agent uses, and there is no port after it. Give torchrun a smaller --master-port.",
    ],
    [{ ...worker, RANK: '4' }, 'RANK is 4, but WORLD_SIZE is 4. Give every process a RANK from 0 to 3.'],
    [{ ...worker, WORLD_SIZE: '0' }, 'WORLD_SIZE is "0". Set WORLD_SIZE to a whole number of at least 1.'],
    [
      { ...worker, LOCAL_RANK: '2' },
      'LOCAL_RANK is 2, but LOCAL_WORLD_SIZE is 2. Give every process a LOCAL_RANK from 0 to 1.',
    ],
    [
      { ...replica, WORLD_SIZE: '8', PET_NPROC_PER_NODE: '4' },
      'The PyTorchJob asks for 4 processes per pod (nprocPerNode), but this one was started without torchrun. Remove nprocPerNode and add replicas, or start the program with torchrun --no-python.',
    ],
  ])('reject %j', (variables, message) => {
    expect(failureOf(() => TorchrunEnvironment.from(variables))).toBe(`config: ${message}`);
  });
});
