/**
 * Measures the time of one optimiser step of FastSiam (or BYOL, MoCo) on precomputed views, without data loading: a
 * ResNet with the ImageNet stem, SGD.
 *
 *   npx ts-node bench/step.ts [--method byol] [--batch 256] [--size 32] [--steps 7] [--warm-up 2] [--model resnet18]
 *     [--precision bf16-mixed] [--eager] [--profile] [--profile-file FILE]
 *
 * `--warm-up` steps come first. One line describes the event loop during the steps: a step does not run on the
 * JavaScript thread, so timers continue. `--profile` examines one more step, and prints how long TensorFlow's
 * operations took in it (`--profile-file` also writes this to a file). The last line is a JSON object.
 */
import { parseArgs } from 'node:util';
import { RandomStream, compile, optim, start, tf, traceOperations } from '../src';
import type { Precision } from '../src';
import { positiveOption, runCommand } from './command';
import { isProfile, profileOptions, reportProfile } from './profile';
import { stepModels } from './step/models';

const TICK_MILLISECONDS = 5;

/** Counts a timer's ticks until it is stopped, and the longest time between two. */
function watchEventLoop(): { stop(): { ticks: number; longestGap: number } } {
  let ticks = 0;
  let longestGap = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - last);
    last = now;
    ticks += 1;
  }, TICK_MILLISECONDS);
  return {
    stop: () => {
      clearInterval(timer);
      return { ticks, longestGap: Math.max(longestGap, performance.now() - last) };
    },
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      method: { type: 'string', default: 'fastsiam' },
      batch: { type: 'string', default: '256' },
      size: { type: 'string', default: '32' },
      steps: { type: 'string', default: '7' },
      'warm-up': { type: 'string', default: '2' },
      model: { type: 'string', default: 'resnet18' },
      precision: { type: 'string', default: '32-true' },
      eager: { type: 'boolean', default: false },
      ...profileOptions,
    },
  });
  const batch = positiveOption('batch', values.batch);
  const size = positiveOption('size', values.size);
  if (!['32-true', 'bf16-mixed'].includes(values.precision)) {
    throw new Error(`--precision is ${values.precision}; give 32-true or bf16-mixed.`);
  }
  const steps = positiveOption('steps', values.steps);
  const warmUp = positiveOption('warm-up', values['warm-up']);
  if (values.model !== 'resnet18' && values.model !== 'resnet50') {
    throw new Error(`--model is ${values.model}; give resnet18 or resnet50.`);
  }
  const build = stepModels[values.method];
  if (build === undefined || (values.method !== 'fastsiam' && values.model !== 'resnet18')) {
    const names = Object.keys(stepModels).join(', ');
    throw new Error(`--method is ${values.method}, --model ${values.model}; give ${names}, with resnet18.`);
  }
  await start({ seed: 0 });
  const model = build(values.model);
  const optimizer = optim.sgd(model.parameters(), { learningRate: 0.06 });
  const views = Array.from({ length: model.viewCount }, (_, view) => {
    const stream = new RandomStream(0, 'view', [view]);
    const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => stream.normal());
    return tf.tensor4d(pixels, [batch, size, size, 3]);
  });
  const step = compile((inputs: tf.Tensor4D[]) => optimizer.minimize(() => model.lossOf(inputs)), {
    name: 'step',
    eager: values.eager,
    precision: values.precision as Precision,
  });

  for (let index = 0; index < warmUp; index++) await step(views);
  const seconds: number[] = [];
  const eventLoop = watchEventLoop();
  for (let index = 0; index < steps; index++) {
    const begin = performance.now();
    await step(views);
    seconds.push((performance.now() - begin) / 1000);
  }
  const { ticks, longestGap } = eventLoop.stop();
  console.log(
    `event loop: ${ticks} ticks of ${TICK_MILLISECONDS} ms in ${steps} steps, longest gap ${longestGap.toFixed(1)} ms`,
  );
  seconds.sort((a, b) => a - b);
  const peakRssMiB = process.resourceUsage().maxRSS / 1024;
  if (isProfile(values)) {
    const trace = traceOperations();
    await step(views);
    reportProfile(trace.end(), values);
  }
  const medianSeconds = seconds[Math.floor(seconds.length / 2)];
  console.log(JSON.stringify({ medianSeconds, minSeconds: seconds[0], peakRssMiB, batch, size }));
}

void runCommand(main);
