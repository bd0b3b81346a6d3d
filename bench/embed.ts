/**
 * Measures images per second of the command embed, from JPEG files to features on disk: ResNet-18, loader threads, the
 * evaluation view.
 *
 *   npx ts-node bench/embed.ts [--images 2000] [--size 32] [--source 32x32] [--batch 64] [--workers auto] [--folder FOLDER]
 *   $VENV/bin/python bench/peer/embed.py --folder FOLDER --size 32
 *
 * `--folder` keeps the files, so that the peer can read the same ones. The first eighth of the images is excluded from
 * the rate, as threads and model warm up in it. The last line is a JSON object. `docs/embedding.md` has figures.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { Experiment, Plugin, TrainingModule, definePlugin, inject, nn, run, tokens, views } from '../src';
import type { RunEventSource, ViewBatch, tf } from '../src';
import { positiveOption, runCommand } from './command';

interface Stamp {
  readonly at: number;
  readonly done: number;
  /** Processor seconds of all threads so far: on a shared machine they vary less than elapsed time. */
  readonly cpu: number;
}

const stamps: Stamp[] = [];

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

@Plugin({ name: 'stamps' })
class Stamps {
  constructor(@inject(tokens.events) events: RunEventSource) {
    events.on('taskProgress', ({ done }) => {
      stamps.push({ at: performance.now(), done, cpu: cpuSeconds() });
    });
  }
}

@Experiment({
  name: 'embed-bench',
  data: { name: 'folder', transform: views.fastSiam({ inputSize: 32 }) },
  plugins: [definePlugin(Stamps)],
})
class EmbedBench extends TrainingModule<ViewBatch> {
  readonly backbone = nn.resnet18({ head: 'none' });

  override forward(images: tf.Tensor4D): tf.Tensor {
    return this.backbone.forward(images);
  }

  override trainingStep(): never {
    throw new Error('it is not trained');
  }

  override configureOptimizers(): never {
    throw new Error('it is not trained');
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      images: { type: 'string', default: '2000' },
      size: { type: 'string', default: '32' },
      source: { type: 'string', default: '32x32' },
      batch: { type: 'string', default: '64' },
      workers: { type: 'string', default: 'auto' },
      folder: { type: 'string' },
    },
  });
  const count = positiveOption('images', values.images);
  const [width = 32, height = 32] = values.source.split('x').map((side) => positiveOption('source', side));
  const scratch = mkdtempSync(join(tmpdir(), 'fulgur-embed-'));
  const folder = values.folder ?? join(scratch, 'images');
  try {
    if (!existsSync(folder)) await writeImages(folder, count, { width, height });
    const words = {
      'data.path': folder,
      'data.workers': values.workers,
      'data.viewSize': values.size,
      'embed.batchSize': values.batch,
      'embed.out': join(scratch, 'features.npz'),
      'trainer.defaultRootDir': join(scratch, 'runs'),
    };
    const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]);
    await run(EmbedBench, { args: ['embed', '--untrained', ...args] });
  } finally {
    rmSync(scratch, { recursive: true });
  }
  if (process.exitCode !== 0) return;
  const last = stamps.at(-1);
  const first = stamps.find(({ done }) => done >= (last?.done ?? 0) / 8);
  if (first === undefined || last === undefined) throw new Error('there were no batches');
  const seconds = (last.at - first.at) / 1000;
  console.log(
    JSON.stringify({
      imagesPerSecond: (last.done - first.done) / seconds,
      cpuMillisecondsPerImage: ((last.cpu - first.cpu) * 1000) / (last.done - first.done),
      images: last.done,
      size: Number(values.size),
      peakRssMiB: process.resourceUsage().maxRSS / 1024,
    }),
  );
}

/** Smooth pictures with some grain, about as many bytes as photographs. */
async function writeImages(
  folder: string,
  count: number,
  { width, height }: { readonly width: number; readonly height: number },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (let i = 0; i < count; i++) {
    const data = Buffer.alloc(width * height * 3);
    for (let at = 0; at < data.length; at++) {
      const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
      const wave = Math.sin(x / (7 + (i % 23)) + (at % 3)) + Math.cos(y / (5 + (i % 31)) + i);
      const grain = ((x * 7919 + y * 104729 + i * 1299709) % 29) - 14;
      data[at] = 128 + 50 * wave + grain;
    }
    const raw = { width, height, channels: 3 } as const;
    await sharp(data, { raw })
      .jpeg({ quality: 90 })
      .toFile(join(folder, `${String(i).padStart(6, '0')}.jpg`));
  }
}

void runCommand(main);
