import { SlurmEnvironment, slurmPort } from '../../../src/launch/environments/slurm-environment';
import { failureOf } from './failure-of';
import { freePortNumber } from './free-port-number';

/** What a batch script with `--nodes 2 --ntasks-per-node 2` sees: it is not a task of a step. */
const batch = {
  SLURM_JOB_ID: '200505',
  SLURM_JOBID: '200505',
  SLURM_JOB_NAME: 'digits',
  SLURM_JOB_NODELIST: 'gnode[10,20]',
  SLURM_NODELIST: 'gnode[10,20]',
  SLURM_NNODES: '2',
  SLURM_NTASKS: '4',
  SLURM_NTASKS_PER_NODE: '2',
  SLURM_TASKS_PER_NODE: '2(x2)',
  SLURM_NODEID: '0',
  SLURM_PROCID: '0',
  SLURM_LOCALID: '0',
  SLURMD_NODENAME: 'gnode10',
};

/** What the last of the tasks sees that `srun` starts from there. */
const task = {
  ...batch,
  SLURM_STEP_ID: '0',
  SLURM_STEPID: '0',
  SLURM_STEP_NODELIST: 'gnode[10,20]',
  SLURM_STEP_NUM_NODES: '2',
  SLURM_STEP_NUM_TASKS: '4',
  SLURM_STEP_TASKS_PER_NODE: '2(x2)',
  SLURM_NODEID: '1',
  SLURM_PROCID: '3',
  SLURM_LOCALID: '1',
  SLURMD_NODENAME: 'gnode20',
};

/** The shell of `salloc --ntasks 4` where Slurm runs it as a step on the node (`use_interactive_step`). */
const shell = {
  ...batch,
  SLURM_JOB_NAME: 'interactive',
  SLURM_STEP_ID: '4294967290',
  SLURM_STEP_NUM_TASKS: '1',
  SLURM_PTY_PORT: '40123',
};

describe('a Slurm task', () => {
  it('is one of the tasks of its step', () => {
    expect(SlurmEnvironment.from(task)).toMatchObject({ rank: 3, worldSize: 4 });
    // srun --preserve-env leaves the job's number in SLURM_NTASKS.
    expect(SlurmEnvironment.from({ ...task, SLURM_NTASKS: '9' })?.worldSize).toBe(4);
    const old = { ...task, SLURM_STEP_NUM_TASKS: '', SLURM_STEP_ID: '' };
    expect(SlurmEnvironment.from(old)?.worldSize).toBe(4);
  });

  it('is found in what srun starts from the shell of salloc, whose name and terminal it inherits', () => {
    const variables = { ...task, SLURM_JOB_NAME: 'interactive', SLURM_PTY_PORT: '40123' };
    expect(SlurmEnvironment.from(variables)?.worldSize).toBe(4);
  });

  it('may be a shell script', () => {
    expect(SlurmEnvironment.from({ ...task, SLURM_JOB_NAME: 'bash' })?.worldSize).toBe(4);
  });

  it.each([
    ['a batch script', batch],
    ['a batch script with the number of its step', { ...batch, SLURM_STEP_ID: '4294967291' }],
    ['the same, signed', { ...batch, SLURM_STEP_ID: '-5' }],
    ["salloc's shell on the login node", { ...batch, SLURM_JOB_NAME: 'interactive', SLURM_PROCID: '' }],
    ["salloc's shell on the node", shell],
    [
      'the terminal of srun --ntasks 4 --pty bash',
      { ...task, SLURM_JOB_NAME: 'bash', SLURM_PTY_PORT: '40123' },
    ],
    ['the same by path', { ...task, SLURM_JOB_NAME: '/usr/bin/zsh', SLURM_PTY_PORT: '40123' }],
    ['no Slurm at all', {}],
  ])('is not %s', (_, variables) => {
    expect(SlurmEnvironment.from(variables)).toBeNull();
  });

  it('is alone in a step of one', () => {
    expect(SlurmEnvironment.from({ ...task, SLURM_STEP_NUM_TASKS: '1', SLURM_PROCID: '0' })?.worldSize).toBe(
      1,
    );
  });

  it('meets the others at the first host of its step', async () => {
    const common = {
      ...task,
      SLURM_STEP_NODELIST: '127.0.0.1',
      SLURM_STEP_NUM_TASKS: '3',
      SLURM_NODEID: '0',
    };
    const MASTER_PORT = String(await freePortNumber());
    const worlds = await Promise.all(
      ['0', '1', '2'].map(async (rank) =>
        SlurmEnvironment.from({
          ...common,
          SLURM_STEP_TASKS_PER_NODE: '3',
          SLURM_PROCID: rank,
          SLURM_LOCALID: rank,
          SLURM_CPUS_PER_TASK: '8',
          MASTER_PORT,
        })?.world({ joinSeconds: 4 }),
      ),
    );
    expect(worlds[2]).toEqual({
      rank: 2,
      worldSize: 3,
      localRank: 2,
      localWorldSize: 3,
      cores: 8,
      addresses: worlds[0]?.addresses,
      source: 'Slurm',
    });
    expect(new Set(worlds[0]?.addresses).size).toBe(3);
  });

  it('takes its index on the node from the step, or counts', async () => {
    const MASTER_PORT = String(await freePortNumber());
    const uneven = { ...task, SLURM_STEP_NUM_TASKS: '2', MASTER_ADDR: '127.0.0.1', MASTER_PORT };
    const worlds = await Promise.all(
      [
        { SLURM_PROCID: '0', SLURM_LOCALID: '0', SLURM_NODEID: '', SLURM_STEP_TASKS_PER_NODE: '1,5' },
        { SLURM_PROCID: '1', SLURM_STEP_TASKS_PER_NODE: '', SLURM_TASKS_PER_NODE: '' },
      ].map(async (changes) => SlurmEnvironment.from({ ...uneven, ...changes })?.world({ joinSeconds: 4 })),
    );
    expect(worlds.map((world) => [world?.localRank, world?.localWorldSize])).toEqual([
      // gnode20 is the second node.
      [0, 5],
      [1, 2],
    ]);
  });

  it.each([
    [
      { SLURM_PROCID: '4' },
      'SLURM_PROCID is 4, but SLURM_STEP_NUM_TASKS is 4. Give every process a SLURM_PROCID from 0 to 3.',
    ],
    [
      { SLURM_JOB_ID: '', SLURM_JOBID: '' },
      'The variables of Slurm are set, except SLURM_JOB_ID. Set SLURM_JOB_ID, or start this process without the others.',
    ],
    [
      { SLURM_NODELIST: '', SLURM_STEP_NODELIST: '' },
      'The variables of Slurm are set, except SLURM_STEP_NODELIST. Set SLURM_STEP_NODELIST, or start this process without the others.',
    ],
    [
      { SLURM_PROCID: '0' },
      'Slurm put rank 0 on a node other than the first, gnode10, where the other ranks expect it. Start with srun --distribution=block, or set MASTER_ADDR to the host of rank 0.',
    ],
    [
      { SLURM_LOCALID: '2' },
      "SLURM_LOCALID is 2, but Slurm's number of tasks here is 2. Give every process a SLURM_LOCALID from 0 to 1.",
    ],
  ])('rejects %j', (changes, message) => {
    expect(failureOf(() => SlurmEnvironment.from({ ...task, ...changes }))).toBe(`config: ${message}`);
  });

  it('has a different port for every step, from 20000 to 59999', () => {
    expect([slurmPort(0, 0), slurmPort(200_505, 0), slurmPort(200_506, 0), slurmPort(200_505, 3)]).toEqual([
      20_000, 20_505, 20_506, 23_505,
    ]);
    expect([slurmPort(39_999, 0), slurmPort(39_999, 1), slurmPort(67_043_328, 999)]).toEqual([
      59_999, 20_999, 22_328,
    ]);
  });
});
