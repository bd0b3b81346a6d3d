import { describesCluster } from '../../src/launch/environments/find-world';
import { TfConfigEnvironment } from '../../src/launch/environments/tf-config-environment';
import { formatMessage, parseAnswer, parseHello } from '../../src/launch/environments/rendezvous/messages';
import type { RandomStream } from '../../src/engine/random';
import { changed, damaged, deepJson, number, pick, times, tree, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

const names = [
  ...[
    'RANK',
    'WORLD_SIZE',
    'LOCAL_RANK',
    'LOCAL_WORLD_SIZE',
    'MASTER_ADDR',
    'MASTER_PORT',
    'PET_NPROC_PER_NODE',
  ],
  ...['TORCHELASTIC_USE_AGENT_STORE', 'TORCHELASTIC_RUN_ID', 'SLURM_JOB_ID', 'SLURM_STEP_ID', 'SLURM_NTASKS'],
  ...[
    'SLURM_STEP_NUM_TASKS',
    'SLURM_PROCID',
    'SLURM_NODEID',
    'SLURM_LOCALID',
    'SLURM_STEP_NODELIST',
    'SLURM_CPUS_PER_TASK',
  ],
  ...[
    'SLURM_STEP_TASKS_PER_NODE',
    'SLURMD_NODENAME',
    'FULGUR_RANK',
    'FULGUR_WORLD_SIZE',
    'FULGUR_RANK_ADDRESSES',
  ],
];
const sound: Readonly<Record<string, string>> = {
  RANK: '1',
  WORLD_SIZE: '2',
  LOCAL_RANK: '1',
  LOCAL_WORLD_SIZE: '2',
  MASTER_ADDR: '127.0.0.1',
  MASTER_PORT: '2222',
  SLURM_JOB_ID: '7',
  SLURM_STEP_ID: '0',
  SLURM_NTASKS: '4',
  SLURM_PROCID: '2',
  SLURM_NODEID: '1',
  SLURM_LOCALID: '0',
  SLURM_STEP_NODELIST: 'n[1-2]',
  SLURM_STEP_TASKS_PER_NODE: '2(x2)',
};
const cluster = {
  cluster: { chief: ['a:1'], worker: ['b:2', '[::1]:3'] },
  task: { type: 'worker', index: 1 },
};

/** Inconsistent variables of torchrun, Slurm, Kubeflow and the local launcher. */
export const variables: Group = {
  name: 'variables',
  limit: 5000,
  run(draw) {
    try {
      if (draw.chance(0.4)) {
        const text = draw.chance(0.1) ? deepJson(draw, 1 << draw.below(16)) : tfConfig(draw);
        const found = TfConfigEnvironment.from({ TF_CONFIG: text });
        if (found !== null && !(found.rank >= 0 && found.rank < found.worldSize))
          return Promise.resolve(defect('a rank beyond the world'));
        return Promise.resolve(accepted);
      }
      const base = draw.chance(0.8) ? sound : {};
      const family = pick(draw, [/./, /SLURM|MASTER/, /RANK|WORLD|MASTER|TORCH|PET/]);
      const taken = Object.entries(base).filter(([name]) => family.test(name) && draw.chance(0.9));
      const others = times(draw.below(4), () => [pick(draw, names), value(draw)] as const);
      describesCluster(Object.fromEntries([...taken, ...others]));
      return Promise.resolve(accepted);
    } catch (error) {
      return Promise.resolve(refusalOf(error));
    }
  },
};

function tfConfig(draw: RandomStream): string {
  const text = JSON.stringify(changed(draw, draw.chance(0.5) ? changed(draw, cluster) : cluster));
  return draw.chance(0.2) ? damaged(draw, Buffer.from(text)).toString() : text;
}

function value(draw: RandomStream): string {
  const range = (): string => `[${draw.below(9)}-${10 ** draw.below(7)}]`;
  return pick(draw, [
    () => word(draw),
    () => String(number(draw)),
    () => `n${times(draw.below(5), range).join('')}`,
    () => times(draw.below(50), () => `${draw.below(9)}(x${10 ** draw.below(7)})`).join(','),
    () => times(draw.below(4), () => `h${word(draw)}:${number(draw)}`).join(','),
  ])();
}

const hello = { rank: 1, worldSize: 2, port: 2222, token: 'job' };
const answers = [
  { kind: 'addresses', addresses: ['a:1', 'b:2'] },
  { kind: 'refusal', refusal: { area: 'ranks', what: 'x', fix: 'y' } },
  { kind: 'another job' },
] as const;

/** Lines that a stranger sends to the rendezvous of the ranks. */
export const messages: Group = {
  name: 'rendezvous',
  limit: 2000,
  run(draw) {
    const kind = draw.below(4);
    const line =
      kind === 0
        ? deepJson(draw, 1 << draw.below(14))
        : JSON.stringify(kind === 1 ? tree(draw, 3) : changed(draw, pick(draw, [hello, ...answers])));
    const text = draw.chance(0.3) ? damaged(draw, Buffer.from(line)).toString() : line;
    const heard = parseHello(text);
    const answer = parseAnswer(text);
    if (heard !== null && JSON.stringify(parseHello(formatMessage(heard))) !== JSON.stringify(heard))
      return Promise.resolve(defect('another hello'));
    if (answer !== null && JSON.stringify(parseAnswer(formatMessage(answer))) !== JSON.stringify(answer))
      return Promise.resolve(defect('another answer'));
    const taken = heard !== null || answer !== null;
    return Promise.resolve(taken ? accepted : { verdict: 'refused', message: 'no message of a rank' });
  },
};
