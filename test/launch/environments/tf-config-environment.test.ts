import { TfConfigEnvironment } from '../../../src/launch/environments/tf-config-environment';
import { failureOf } from './failure-of';

const workers = ['digits-worker-0.lab.svc:2222', 'digits-worker-1.lab.svc:2222'];
const chief = ['digits-chief-0.lab.svc:2222'];

function read(config: unknown): TfConfigEnvironment | null {
  return TfConfigEnvironment.from({ TF_CONFIG: JSON.stringify(config) });
}

describe('TF_CONFIG', () => {
  it('of a TFJob of workers makes the index the rank', async () => {
    const config = { cluster: { worker: workers }, task: { type: 'worker', index: 1 }, environment: 'cloud' };
    await expect(read(config)?.world()).resolves.toEqual({
      rank: 1,
      worldSize: 2,
      localRank: 0,
      localWorldSize: 1,
      addresses: workers,
      source: 'TF_CONFIG',
    });
  });

  it('puts the chief before the workers', async () => {
    const cluster = { worker: workers, chief };
    const ranks = [
      { type: 'chief', index: 0 },
      { type: 'worker', index: 0 },
      { type: 'worker', index: 1 },
    ].map((task) => read({ cluster, task })?.rank);
    expect(ranks).toEqual([0, 1, 2]);
    const world = await read({ cluster, task: { type: 'chief' } })?.world();
    expect(world).toMatchObject({ rank: 0, worldSize: 3, addresses: [...chief, ...workers] });
  });

  it('counts the ranks of one host', async () => {
    const cluster = { worker: ['a:1', 'a:2', 'b:1', 'b:2'] };
    const world = await read({ cluster, task: { type: 'worker', index: 3 } })?.world();
    expect(world).toMatchObject({ rank: 3, localRank: 1, localWorldSize: 2 });
  });

  it('lets an evaluator and empty lists stand beside the workers', () => {
    const cluster = { worker: workers, evaluator: ['e:2222'], ps: [], chief: null };
    expect(read({ cluster, task: { type: 'worker', index: 0 } })?.worldSize).toBe(2);
  });

  it('is not a cluster if it names none, and a single process with one worker', () => {
    expect(TfConfigEnvironment.from({})).toBeNull();
    expect(TfConfigEnvironment.from({ TF_CONFIG: ' ' })).toBeNull();
    expect([{}, { cluster: {} }, { cluster: null }, { task: { type: 'worker' } }].map(read)).toEqual(
      Array(4).fill(null),
    );
    expect(read({ cluster: { worker: ['a:1'] }, task: { type: 'worker', index: 0 } })?.worldSize).toBe(1);
  });

  const task = { type: 'worker', index: 0 };
  const example =
    'Write it as in {"cluster": {"worker": ["a:2222", "b:2222"]}, "task": {"type": "worker", "index": 0}}.';
  it.each([
    [{ cluster: ['a:1'], task }, `The "cluster" of TF_CONFIG is not an object. ${example}`],
    [
      { cluster: { worker: workers, ps: ['p:1'] }, task },
      'TF_CONFIG has parameter servers ("ps"). Remove them: gradients are averaged among the workers.',
    ],
    [
      { cluster: { worker: workers }, task: { type: 'ps', index: 0 } },
      'TF_CONFIG makes this process a parameter server ("ps"). Start only a chief and workers.',
    ],
    [
      { cluster: { worker: workers, evaluator: ['e:1'] }, task: { type: 'evaluator', index: 0 } },
      'TF_CONFIG makes this process an evaluator, which takes no part in training. Remove the evaluator, and evaluate a checkpoint with the command "test".',
    ],
    [
      { cluster: { worker: workers, master: ['m:1'] }, task },
      'TF_CONFIG has the task type "master". Use "chief" and "worker".',
    ],
    [
      { cluster: { worker: workers }, task: { type: 'Worker', index: 0 } },
      'TF_CONFIG has the task type "Worker". Use "chief" and "worker".',
    ],
    [{ cluster: { worker: workers } }, 'TF_CONFIG has no task type. Use "chief" and "worker".'],
    [
      { cluster: { worker: workers }, task: { type: 'worker', index: 2 } },
      'TF_CONFIG makes this process the worker with index 2, but lists 2 of that type. Number the tasks of a type from 0, and list the address of each.',
    ],
    [
      { cluster: { worker: workers }, task: { type: 'worker', index: '1' } },
      'TF_CONFIG makes this process the worker with index "1", but lists 2 of that type. Number the tasks of a type from 0, and list the address of each.',
    ],
    [
      { cluster: { worker: workers }, task: { type: 'chief', index: 0 } },
      'TF_CONFIG makes this process the chief with index 0, but lists 0 of that type. Number the tasks of a type from 0, and list the address of each.',
    ],
    [
      { cluster: { chief: ['a:1', 'b:1'], worker: workers }, task },
      'TF_CONFIG has 2 chiefs. Name at most one chief.',
    ],
    [
      { cluster: { chief: ['a:1'], worker: ['b:1', 'a:1'] }, task },
      'TF_CONFIG has the address a:1 twice. Give every task its own address.',
    ],
    [
      { cluster: { worker: ['a:1', 'b'] }, task },
      `TF_CONFIG has the worker "b", which is not "host:port". ${example}`,
    ],
    [
      { cluster: { worker: { 1: 'b:1' }, ps: [] }, task: { type: 'worker', index: 1 } },
      `"worker" in TF_CONFIG's cluster is not a list of addresses. List all addresses for every task; in a TFJob, remove enableDynamicWorker.`,
    ],
  ])('rejects %j', (config, message) => {
    expect(failureOf(() => read(config))).toBe(`config: ${message}`);
  });

  it('rejects what is not JSON', () => {
    const variables = { TF_CONFIG: '{cluster:' };
    expect(failureOf(() => TfConfigEnvironment.from(variables))).toBe(
      `config: TF_CONFIG is not JSON. ${example}`,
    );
  });
});
