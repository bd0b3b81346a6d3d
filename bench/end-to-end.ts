/**
 * Measures images per second of FastSiam's training as users run it: the experiment's own module, view transform,
 * loader threads, trainer with its events, and CSV logger, on random images with CIFAR-10's shape and number.
 *
 *   npx ts-node bench/end-to-end.ts [--batch 256] [--steps 50] [--skip 20] [--precision bf16-mixed] [--workers 1]
 *     [--profile] [--profile-file FILE]
 *
 * The first `--skip` steps are excluded: the step is traced in them, and the loader starts with full queues.
 * `--profile` examines one more step, and prints how long TensorFlow's operations took in it (`--profile-file` also
 * writes this to a file). The last line is a JSON object.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FastSiam } from '../experiments/fastsiam';
import { csvLogger } from '../plugins/csv-logger';
import {
  Experiment,
  Plugin,
  RandomStream,
  definePlugin,
  inject,
  run,
  tokens,
  traceOperations,
  views,
} from '../src';
import type { OperationTrace, RunEventSource } from '../src';
import { positiveOption, runCommand } from './command';
import { isProfile, profileOptions, reportProfile } from './profile';

/** The time at which a batch ended, how long the loop had waited for it, and the peak memory so far. */
interface Stamp {
  readonly at: number;
  readonly waited: number;
  readonly peakRssMiB: number;
}

const stamps: Stamp[] = [];
let trace: OperationTrace | null = null;
/** Index of the batch that is examined; it has no stamp. */
let tracedBatch = Infinity;

@Plugin({ name: 'stamps' })
class Stamps {
  constructor(@inject(tokens.events) events: RunEventSource) {
    events.on('batchEnded', (_, { dataSeconds }) => {
      if (trace !== null) return;
      const peakRssMiB = process.resourceUsage().maxRSS / 1024;
      stamps.push({ at: performance.now(), waited: dataSeconds, peakRssMiB });
    });
  }

  onTrainBatchStart(): void {
    if (stamps.length === tracedBatch) trace ??= traceOperations();
  }
}

@Experiment({
  name: 'end-to-end',
  data: { name: 'cifar10', dropLast: true, transform: views.fastSiam({ inputSize: 32 }) },
  plugins: [csvLogger(), definePlugin(Stamps)],
})
class EndToEnd extends FastSiam {}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      batch: { type: 'string', default: '256' },
      steps: { type: 'string', default: '50' },
      skip: { type: 'string', default: '20' },
      precision: { type: 'string', default: '32-true' },
      workers: { type: 'string', default: 'auto' },
      ...profileOptions,
    },
  });
  const batch = positiveOption('batch', values.batch);
  const steps = positiveOption('steps', values.steps);
  const skip = positiveOption('skip', values.skip);
  if (isProfile(values)) tracedBatch = steps;
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-end-to-end-'));
  try {
    writeImages(folder);
    const words = {
      'data.path': folder,
      'data.batchSize': String(batch),
      'data.workers': values.workers,
      'trainer.maxSteps': String(isProfile(values) ? steps + 1 : steps),
      'trainer.precision': values.precision,
      'trainer.defaultRootDir': join(folder, 'runs'),
    };
    await run(EndToEnd, { args: Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]) });
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (process.exitCode !== 0) return;
  if (trace !== null) reportProfile(trace.end(), values);
  report(batch, skip);
}

function report(batch: number, skip: number): void {
  const measured = stamps.slice(skip);
  const laps = measured.slice(1).map(({ at }, index) => (at - measured[index]!.at) / 1000);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  const meanSecondsPerStep = sum(laps) / laps.length;
  console.log(
    JSON.stringify({
      imagesPerSecond: batch / meanSecondsPerStep,
      meanSecondsPerStep,
      medianSecondsPerStep: [...laps].sort((a, b) => a - b)[Math.floor(laps.length / 2)],
      dataWaitShare: sum(measured.slice(1).map(({ waited }) => waited)) / sum(laps),
      peakRssMiB: measured.at(-1)?.peakRssMiB,
    }),
  );
}

/** The files of CIFAR-10's binary version with random pixels: their content does not affect the cost of training. */
function writeImages(folder: string): void {
  const recordsPerFile = 10_000;
  const recordBytes = 1 + 3 * 32 * 32;
  const names = [...[1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), 'test_batch.bin'];
  const stream = new RandomStream(0, 'evaluation');
  const bytes = Buffer.alloc(recordsPerFile * recordBytes);
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(stream.word(), at);
  for (let record = 0; record < recordsPerFile; record++) bytes[record * recordBytes] = record % 10;
  for (const name of names) writeFileSync(join(folder, name), bytes);
}

void runCommand(main);
