/**
 * Measures the cost of a live page: the time per batch with and without one, in turns, in one process.
 *
 *   npx ts-node bench/live-page.ts [--step-ms 20] [--batches 500] [--turns 5] [--readers 200] [--stalled 20] [--metrics 8]
 *
 * The steps are simulated (`rehearse`): each computes for `--step-ms` in this thread and logs `--metrics` values, all
 * of which are passed on (`logEveryNSteps` 1, the most expensive case). Readers run in a separate process. Cases: no
 * page, a page without readers, with one, with `--readers`, and with `--readers` of which `--stalled` never read.
 *
 * Medians over the turns, per batch: `wall`, elapsed time, which other programs on the machine lengthen; `training
 * thread`, the processor time of the training thread (Linux); `other threads`, that of the process's other threads,
 * including the page's. Costs are relative to a run without a page. The last line is a JSON object, with the memory of
 * the process after each turn.
 */
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { parseArgs } from 'node:util';
import { livePage } from '../plugins/live-page';
import { Plugin, definePlugin, inject, pause, rehearse, tokens } from '../src';
import type { AnyPlugin, RunEventSource } from '../src';
import { positiveOption, runCommand } from './command';

interface Case {
  readonly name: string;
  readonly page: boolean;
  readonly readers: number;
  readonly stalled: number;
}

/** A step's work in this thread, with the same number of rounds each time, so that lost time is visible. */
function compute(rounds: number): number {
  let sum = 0;
  for (let round = 0; round < rounds; round++) sum += Math.sqrt(round ^ (sum & 7));
  return sum;
}

function roundsOf(milliseconds: number): number {
  compute(1e6);
  const begin = performance.now();
  compute(2e7);
  return Math.round((2e7 * milliseconds) / (performance.now() - begin));
}

/** Computes instead of a step, and lets readers connect once the page is available. */
@Plugin({ name: 'bench-steps' })
class Steps {
  private readonly times: Clocks[] = [];

  constructor(
    @inject(tokens.pluginOptions) private readonly given: StepsOptions,
    @inject(tokens.events) events: RunEventSource,
  ) {
    events.on('message', (_, text) => {
      const address = /http:\S+#\S+/.exec(text)?.[0];
      if (address !== undefined) this.given.onAddress(address);
    });
  }

  async onTrainStart(): Promise<void> {
    await this.given.ready();
  }

  onTrainBatchStart(): void {
    this.times.push(clocks());
    compute(this.given.rounds);
  }

  async onTrainBatchEnd(): Promise<void> {
    // As in training, where the step is awaited and other tasks get their turn.
    await pause(0);
  }

  onTrainEnd(): void {
    const { times } = this;
    const [first, last] = [times[skipped], times.at(-1)];
    if (first === undefined || last === undefined) throw new Error(`more than ${skipped} batches are needed`);
    const batches = times.length - 1 - skipped;
    const share = (of: keyof Clocks): number => (last[of] - first[of]) / batches;
    this.given.onEnd({ wall: share('wall'), training: share('training'), others: share('others') });
  }
}

/** Number of excluded batches, in which a page starts and readers receive their first snapshot. */
const skipped = 20;

/** Milliseconds. */
interface Clocks {
  readonly wall: number;
  readonly training: number;
  readonly others: number;
}

function clocks(): Clocks {
  const { user, system } = process.cpuUsage();
  // Of the main thread, in nanoseconds.
  const training = Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  return { wall: performance.now(), training, others: (user + system) / 1000 - training };
}

interface StepsOptions {
  readonly rounds: number;
  readonly onAddress: (address: string) => void;
  readonly ready: () => Promise<void>;
  readonly onEnd: (batch: Clocks) => void;
}

async function measure(
  { page, readers, stalled }: Case,
  {
    rounds,
    batches,
    metrics,
  }: { readonly rounds: number; readonly batches: number; readonly metrics: number },
): Promise<Clocks> {
  let crowd: ReturnType<typeof fork> | null = null;
  let arrived = Promise.resolve();
  const results: Clocks[] = [];
  const options: StepsOptions = {
    rounds,
    onAddress: (address) => {
      if (readers === 0) return;
      const child = (crowd = fork(__filename, ['--crowd', address, String(readers), String(stalled)]));
      arrived = new Promise((resolve) => child.once('message', () => resolve()));
    },
    ready: () => arrived,
    onEnd: (batch) => results.push(batch),
  };
  const names = Array.from({ length: metrics }, (_, n) => `metric_${n}`);
  const plugins: AnyPlugin[] = [...(page ? [livePage({ port: 0 })] : []), definePlugin(Steps, options)];
  const played = await rehearse(plugins, {
    batchesPerEpoch: batches,
    metrics: ({ globalStep }) => Object.fromEntries(names.map((name, n) => [name, Math.sin(globalStep + n)])),
  });
  played.dispose();
  (crowd as ReturnType<typeof fork> | null)?.kill();
  const [result] = results;
  if (result === undefined) throw played.error as Error;
  return result;
}

/** The readers' process: raw sockets, some of which never read. */
async function crowd(address: string, readers: number, stalled: number): Promise<void> {
  const { hostname, port, hash } = new URL(address);
  const head = `GET /events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${hash.slice(1)}\r\n\r\n`;
  await Promise.all(
    Array.from({ length: readers }, async (_, index) => {
      const socket = createConnection(Number(port), hostname);
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(head);
      if (index < stalled) return;
      await new Promise((resolve) => socket.once('data', resolve));
      socket.resume();
    }),
  );
  process.send?.('here');
  await pause(3_600_000);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

async function main(): Promise<void> {
  const [, , flag, address = '', wanted = '', silent = ''] = process.argv;
  if (flag === '--crowd') {
    await crowd(address, Number(wanted), Number(silent));
    return;
  }
  const { values } = parseArgs({
    options: {
      'step-ms': { type: 'string', default: '20' },
      batches: { type: 'string', default: '500' },
      turns: { type: 'string', default: '5' },
      readers: { type: 'string', default: '200' },
      stalled: { type: 'string', default: '20' },
      metrics: { type: 'string', default: '8' },
    },
  });
  const readers = positiveOption('readers', values.readers);
  const stepMs = positiveOption('step-ms', values['step-ms']);
  const parts = {
    rounds: roundsOf(stepMs),
    batches: positiveOption('batches', values.batches),
    metrics: positiveOption('metrics', values.metrics),
  };
  const cases: readonly Case[] = [
    { name: 'without a page', page: false, readers: 0, stalled: 0 },
    { name: 'with a page', page: true, readers: 0, stalled: 0 },
    { name: 'one reader', page: true, readers: 1, stalled: 0 },
    { name: `${readers} readers`, page: true, readers, stalled: 0 },
    {
      name: `${readers} readers, some stalled`,
      page: true,
      readers,
      stalled: positiveOption('stalled', values.stalled),
    },
  ];
  const found = new Map<string, Clocks[]>(cases.map(({ name }) => [name, []]));
  const memory: number[] = [];
  for (let turn = 0; turn < positiveOption('turns', values.turns); turn++) {
    for (const one of cases) found.get(one.name)?.push(await measure(one, parts));
    memory.push(Math.round(process.memoryUsage().rss / 2 ** 20));
  }
  const middle = (name: string, of: keyof Clocks): number =>
    median((found.get(name) ?? []).map((one) => one[of]));
  const rows = cases.map(({ name }) => {
    const over = (of: keyof Clocks): number => middle(name, of) - middle(cases[0]?.name ?? '', of);
    const percent = (cost: number): number =>
      Number(((100 * cost) / middle(cases[0]?.name ?? '', 'training')).toFixed(2));
    return {
      case: name,
      'wall (ms)': Number(middle(name, 'wall').toFixed(3)),
      'training thread (ms)': Number(middle(name, 'training').toFixed(3)),
      'other threads (ms)': Number(middle(name, 'others').toFixed(3)),
      'cost, training thread (%)': percent(over('training')),
      'other threads, share of a core (%)': Number(
        ((100 * middle(name, 'others')) / middle(name, 'wall')).toFixed(2),
      ),
    };
  });
  console.table(rows);
  console.log(JSON.stringify({ stepMs, ...parts, rows, 'memory by turn (MiB)': memory }));
}

void runCommand(main);
