import { expandHostList, expandTaskCounts } from '../../../src/launch/environments/slurm-lists';
import { failureOf } from './failure-of';

it.each([
  ['localhost', ['localhost']],
  ['gpu-a1.lab.org,gpu-b1', ['gpu-a1.lab.org', 'gpu-b1']],
  ['node[01-03,07],gpu-a[1-2]', ['node01', 'node02', 'node03', 'node07', 'gpu-a1', 'gpu-a2']],
  ['n[8-11]', ['n8', 'n9', 'n10', 'n11']],
  ['n[098-101]', ['n098', 'n099', 'n100', 'n101']],
  ['r[1-2]n[01-02]', ['r1n01', 'r1n02', 'r2n01', 'r2n02']],
  ['r[1,3]n[2]-ib,x', ['r1n2-ib', 'r3n2-ib', 'x']],
])('reads the hosts %s', (list, hosts) => {
  expect(expandHostList(list)).toEqual(hosts);
});

it.each(['n[1-3', 'n1]', 'n[3-1]', 'n[a-b]', 'n[]', 'a,,b', 'n[[1]]', ','])(
  'rejects the hosts %s',
  (list) => {
    expect(failureOf(() => expandHostList(list))).toBe(
      `config: Slurm's list of hosts "${list}" cannot be read. Start with srun, and do not set variables that start with SLURM_ yourself.`,
    );
  },
);

it.each([
  ['brackets that multiply', 'n[1-99999][1-99999][1-99999]'],
  ['ranges in a row', `n[${'1-100000,'.repeat(50)}1]`],
  ['names in a row', `n[1-99999]${',n[1-99999]'.repeat(50)}`],
])('rejects more hosts than any cluster has: %s', (_, list) => {
  expect(failureOf(() => expandHostList(list))).toMatch(
    /^config: Slurm's list of hosts "n\[1-.*cannot be read\./,
  );
});

it('rejects more nodes than any cluster has', () => {
  expect(failureOf(() => expandTaskCounts(`1(x100000)${',1(x100000)'.repeat(5000)}`))).toMatch(
    /cannot be read\./,
  );
});

it.each([
  ['4', [4]],
  ['2(x3),1', [2, 2, 2, 1]],
  ['1,8(x2)', [1, 8, 8]],
])('reads the tasks by node %s', (list, counts) => {
  expect(expandTaskCounts(list)).toEqual(counts);
});

it.each(['2(3)', 'x', '2(x)', '1,'])('rejects the tasks per node %s', (list) => {
  expect(failureOf(() => expandTaskCounts(list))).toBe(
    `config: Slurm's number of tasks per node "${list}" cannot be read. Start with srun, and do not set variables that start with SLURM_ yourself.`,
  );
});
