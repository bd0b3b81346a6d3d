/**
 * Measures the cost of training on several ranks: one rank with all threads against two with half of them each, with
 * the same total work, and a model that predicts from bytes, latency and bandwidth what more ranks would take.
 *
 *   npx ts-node bench/scaling.ts [--batch 256] [--size 32] [--steps 10] [--turns 3] [--compute 0.05]
 *
 * It uses FastSiam's training step on precomputed views. `--compute` predicts for ranks that are faster or slower than
 * this machine: it is the seconds of a rank's own work in a step. The last line is a JSON object.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { leaveCluster } from '../src/engine';
import { FastSiam } from './parity/fast-siam';
import { positiveOption, runCommand } from './command';
import { isRank, launchBench, startRanks } from './ranks';
import { stepSeconds } from './scaling/cost-model';
import type { Network, StepCost } from './scaling/cost-model';
import { timeExchanges } from './scaling/time-exchanges';
import { timeSteps } from './scaling/time-steps';

const BUCKET_BYTES = 25 * 2 ** 20;
const VIEWS = 4;

const networks: readonly Network[] = [
  { name: '10 Gbit/s Ethernet', latency: 50e-6, bandwidth: 10e9 / 8 },
  { name: '100 Gbit/s Ethernet', latency: 20e-6, bandwidth: 100e9 / 8 },
  { name: '400 Gbit/s InfiniBand', latency: 5e-6, bandwidth: 400e9 / 8 },
];

/** Measurements of a group of ranks: median seconds per step. */
interface Measured {
  readonly alone: number;
  readonly gradients: number;
  readonly statistics: number;
  readonly network: Network | null;
  readonly cost: Omit<StepCost, 'compute'>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      batch: { type: 'string', default: '256' },
      size: { type: 'string', default: '32' },
      steps: { type: 'string', default: '10' },
      turns: { type: 'string', default: '3' },
      compute: { type: 'string' },
    },
  });
  const batch = positiveOption('batch', values.batch);
  const size = positiveOption('size', values.size);
  const steps = positiveOption('steps', values.steps);
  const turns = positiveOption('turns', values.turns);
  if (isRank()) {
    await measure(batch, size, steps);
    return;
  }
  const ones: Measured[] = [];
  const twos: Measured[] = [];
  for (let turn = 0; turn < turns; turn++) {
    ones.push(await measuredBy(1));
    twos.push(await measuredBy(2));
  }
  report(ones, twos, batch, values.compute === undefined ? null : Number(values.compute));
}

async function measuredBy(ranks: number): Promise<Measured> {
  const output = await launchBench(ranks, { quiet: true });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Measured;
}

/** The work of one rank of a group. */
async function measure(batch: number, size: number, steps: number): Promise<void> {
  const ranks = await startRanks();
  const shape = { batch: batch / ranks.worldSize, size, steps };
  const time = async (gradients: boolean, batchStatistics: boolean): Promise<number> =>
    median(await timeSteps(ranks, shape, { gradients, batchStatistics }));
  const alone = await time(false, false);
  const several = ranks.worldSize > 1;
  const gradients = several ? await time(true, false) : alone;
  const statistics = several ? await time(true, true) : alone;
  const network = several ? await timeExchanges(ranks) : null;
  await leaveCluster();
  const measured: Measured = { alone, gradients, statistics, network, cost: costOf() };
  if (ranks.rank === 0) console.log(JSON.stringify(measured));
  process.exit();
}

/** The exchanges of FastSiam's ResNet-18 in a step. */
function costOf(): Omit<StepCost, 'compute'> {
  const model = new FastSiam();
  const gradientBytes = 4 * [...model.parameters()].reduce((sum, { size }) => sum + size, 0);
  const norms = [...model.namedBuffers()].filter(([name]) => name.endsWith('running_mean'));
  const channels = norms.reduce((sum, [, { size }]) => sum + size, 0);
  model.dispose();
  return {
    gradientBytes,
    buckets: Math.ceil(gradientBytes / BUCKET_BYTES),
    // Views do not wait for each other, but layers do: once forward and once backward.
    statisticsRounds: 2 * norms.length,
    statisticsBytes: VIEWS * 4 * (4 * channels),
  };
}

function report(
  ones: readonly Measured[],
  twos: readonly Measured[],
  batch: number,
  compute: number | null,
): void {
  const of = (list: readonly Measured[], key: 'alone' | 'gradients' | 'statistics'): number =>
    median(list.map((measured) => measured[key]));
  const one = of(ones, 'alone');
  const alone = of(twos, 'alone');
  const gradients = of(twos, 'gradients');
  const statistics = of(twos, 'statistics');
  const [{ cost }] = twos as [Measured];
  const network: Network = {
    name: 'this machine',
    latency: median(twos.map((measured) => measured.network!.latency)),
    bandwidth: median(twos.map((measured) => measured.network!.bandwidth)),
  };
  const share = (seconds: number): string => `${((100 * (seconds - alone)) / seconds).toFixed(0)} %`;
  const cores = availableParallelism();
  console.log(`total batch ${batch}, total threads ${cores}, medians of ${ones.length} turns\n`);
  console.log('| ranks | exchanged | s per step | efficiency | in exchanges |\n|---|---|---|---|---|');
  const row = (ranks: number, what: string, seconds: number, exchanges: string): void =>
    console.log(
      `| ${ranks} | ${what} | ${seconds.toFixed(3)} | ${(one / seconds).toFixed(2)} | ${exchanges} |`,
    );
  row(1, '', one, '');
  row(2, 'nothing', alone, '0 %');
  row(2, 'gradients', gradients, share(gradients));
  row(2, 'gradients, batch statistics', statistics, share(statistics));
  console.log(
    `\nan exchange here: ${(network.latency * 1e6).toFixed(0)} µs and ${(network.bandwidth / 1e9).toFixed(2)} GB/s; ` +
      `the model predicts ${stepSeconds(2, { compute: alone, ...withoutStatistics(cost) }, network).toFixed(3)} s with gradients, ` +
      `${stepSeconds(2, { compute: alone, ...cost }, network).toFixed(3)} s with batch statistics\n`,
  );
  predict({ compute: compute ?? alone, ...cost });
  const figures = { one, alone, gradients, statistics, efficiency: one / statistics };
  console.log(JSON.stringify({ ...figures, shareInExchanges: 1 - alone / statistics, network, cost }));
}

function predict(cost: StepCost): void {
  const plain = { ...cost, ...withoutStatistics(cost) };
  console.log(`predicted efficiency, ${cost.compute.toFixed(3)} s of own work per step\n`);
  console.log('| network | exchanged | 8 ranks | 64 ranks | 512 ranks |\n|---|---|---|---|---|');
  for (const network of networks) {
    for (const [what, step] of [
      ['gradients', plain],
      ['gradients, batch statistics', cost],
    ] as const) {
      const cells = [8, 64, 512].map((ranks) =>
        (cost.compute / stepSeconds(ranks, step, network)).toFixed(2),
      );
      console.log(`| ${network.name} | ${what} | ${cells.join(' | ')} |`);
    }
  }
  console.log('');
}

function withoutStatistics(cost: Omit<StepCost, 'compute'>): Omit<StepCost, 'compute'> {
  return { ...cost, statisticsRounds: 0, statisticsBytes: 0 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

void runCommand(main);
