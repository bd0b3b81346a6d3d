/**
 * Compares a ResNet-18's evaluation as a compiled function with its frozen graph, in turns:
 *
 *   npx ts-node bench/frozen.ts [--turns 5] [--threads 2]
 *
 * Prints seconds and processor seconds of one call, the fastest of all turns; processor seconds hardly depend on what
 * else runs on the machine.
 */
import { parseArgs } from 'node:util';
import { runCommand } from './command';
import { compile, nn, runFrozen, simplify, start, tf } from '../src';

interface Timed {
  readonly seconds: number;
  readonly processorSeconds: number;
}

const cases = [
  { pixels: 32, batch: 256, stem: 'cifar' },
  { pixels: 224, batch: 32, stem: 'imagenet' },
] as const;

async function timed(call: () => Promise<tf.Tensor>): Promise<Timed> {
  const [began, before] = [performance.now(), process.cpuUsage()];
  const result = await call();
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1e3;
  result.dispose();
  return { seconds, processorSeconds: (user + system) / 1e6 };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { turns: { type: 'string', default: '5' }, threads: { type: 'string' } },
  });
  await start(values.threads === undefined ? {} : { threads: Number(values.threads) });
  const report: Record<string, Record<string, Timed>> = {};
  for (const { pixels, batch, stem } of cases) {
    const model = nn.resnet18({ head: 'none', stem }).eval();
    const run = (images: tf.Tensor4D): tf.Tensor2D => model.forward(images);
    const images = tf.randomNormal<tf.Rank.R4>([batch, pixels, pixels, 3]);
    const own = compile(run, { name: 'evaluation' });
    const graph = simplify(await nn.freeze(run, { inputShape: [pixels, pixels, 3], module: model }));
    const frozen = await runFrozen(graph);
    const rounded = await runFrozen(graph, { precision: 'bf16-mixed' });
    const first = ([result]: tf.Tensor[]): tf.Tensor => result!;
    const calls = {
      compiled: () => own(images),
      frozen: async () => first(await frozen.call([images])),
      'frozen, bf16-mixed': async () => first(await rounded.call([images])),
    };
    const best = new Map<string, Timed>();
    for (let turn = 0; turn <= Number(values.turns); turn++) {
      for (const [name, call] of Object.entries(calls)) {
        const time = await timed(call);
        const before = best.get(name);
        // The first call of each optimises its graph.
        if (turn === 0) continue;
        best.set(name, {
          seconds: Math.min(time.seconds, before?.seconds ?? Infinity),
          processorSeconds: Math.min(time.processorSeconds, before?.processorSeconds ?? Infinity),
        });
      }
    }
    report[`${pixels} px, batch ${batch}`] = Object.fromEntries(best);
    for (const one of [own, frozen, rounded]) one.dispose();
    images.dispose();
    model.dispose();
  }
  console.log(JSON.stringify(report));
}

void runCommand(main);
