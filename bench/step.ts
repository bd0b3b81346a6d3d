/**
 * Time of one FastSiam optimiser step on ready-made views, without data work: ResNet-18 with the ImageNet stem, SGD.
 *
 *   npx ts-node bench/step.ts [--batch 256] [--size 32] [--steps 7] [--eager]
 *
 * Two steps warm up. The last line is a JSON object.
 */
import { parseArgs } from 'node:util';
import { RandomStream, compile, optim, start, tf } from '../src';
import { FastSiam } from './parity/fast-siam';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      batch: { type: 'string', default: '256' },
      size: { type: 'string', default: '32' },
      steps: { type: 'string', default: '7' },
      eager: { type: 'boolean', default: false },
    },
  });
  const [batch, size, steps] = [Number(values.batch), Number(values.size), Number(values.steps)];
  await start({ seed: 0 });
  const model = new FastSiam();
  const optimizer = optim.sgd(model.parameters(), { learningRate: 0.06 });
  const views = [0, 1, 2, 3].map((view) => {
    const stream = new RandomStream(0, 'view', [view]);
    const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => stream.normal());
    return tf.tensor4d(pixels, [batch, size, size, 3]);
  });
  const step = compile(
    (inputs: tf.Tensor4D[]) =>
      optimizer.minimize(() => model.loss(inputs.map((view) => model.forward(view)))),
    { name: 'step', eager: values.eager },
  );

  const seconds: number[] = [];
  for (let index = 0; index < steps + 2; index++) {
    const begin = performance.now();
    await step(views);
    if (index >= 2) seconds.push((performance.now() - begin) / 1000);
  }
  seconds.sort((a, b) => a - b);
  const peakRssMiB = process.resourceUsage().maxRSS / 1024;
  const medianSeconds = seconds[Math.floor(seconds.length / 2)];
  console.log(JSON.stringify({ medianSeconds, minSeconds: seconds[0], peakRssMiB, batch, size }));
}

void main();
