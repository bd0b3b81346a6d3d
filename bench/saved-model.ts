/**
 * Checks that Python's TensorFlow computes our features from a SavedModel: `tf.saved_model.load` and `saved_model_cli
 * show`, for a ResNet-18, one for small images and a ViT-Tiny, from normalised floats and from bytes, in batches of 1,
 * 2, 5 and 16.
 *
 *   npx ts-node bench/saved-model.ts [--venv ~/.cache/fulgur/python-tensorflow]
 *
 * The virtual environment is created if it is missing, with tensorflow-cpu of the engine's version: 1.5 GB, one minute.
 * The last line is a JSON object of the largest differences, as shares of the largest feature.
 */
import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptions } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { RandomStream, engineInfo, start } from '../src/engine';
import { writeSavedModel } from '../src/export/saved-model/write-saved-model';
import { simplify, withUint8Input } from '../src/graph';
import * as nn from '../src/nn';
import { runCommand } from './command';

const normalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
const backbones = {
  'resnet18 at 224': [224, () => nn.resnet18({ head: 'none' })],
  'cifar resnet18 at 32': [32, () => nn.resnet18({ head: 'none', stem: 'cifar' })],
  'vit-tiny at 224': [224, () => nn.vitTiny({ head: 'none' })],
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { venv: { type: 'string', default: join(homedir(), '.cache/fulgur/python-tensorflow') } },
  });
  await start({ accelerator: 'cpu' });
  makeVenv(values.venv);
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-saved-model-'));
  const found: Record<string, number> = {};
  try {
    for (const [name, [size, make]] of Object.entries(backbones)) {
      const module = make();
      module.eval();
      const features = (images: tf.Tensor4D): tf.Tensor => module.forward(images);
      const graph = simplify(await nn.freeze(features, { inputShape: [size, size, 3], module }));
      for (const kind of ['float32', 'uint8'] as const) {
        const out = join(folder, `${name.replaceAll(' ', '-')}-${kind}`);
        mkdirSync(out);
        await writeSavedModel(kind === 'uint8' ? withUint8Input(graph, normalisation) : graph, out);
        const worst = differenceOf(values.venv, out, { size, kind, features });
        found[`${name}, ${kind}`] = worst;
        console.log(`${name}, ${kind}: ${worst.toExponential(1)}`);
        console.log(
          execFileSync(
            join(values.venv, 'bin/saved_model_cli'),
            ['show', '--dir', out, '--all'],
            quiet,
          ).toString(),
        );
      }
      module.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(JSON.stringify(found));
}

const quiet: ExecFileSyncOptions = {
  env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' },
  stdio: ['ignore', 'pipe', 'ignore'],
};

interface Trial {
  readonly size: number;
  readonly kind: 'float32' | 'uint8';
  readonly features: (images: tf.Tensor4D) => tf.Tensor;
}

const BATCHES = [1, 2, 5, 16];

function differenceOf(venv: string, out: string, { size, kind, features }: Trial): number {
  const random = new RandomStream(19, 'evaluation');
  const draw = (): number => (kind === 'uint8' ? random.below(256) : random.normal());
  const count = BATCHES.reduce((sum, batch) => sum + batch, 0);
  const given = Float32Array.from({ length: count * size * size * 3 }, draw);
  const { mean, std } = normalisation;
  const normalised =
    kind === 'float32'
      ? given
      : given.map((byte, at) => (byte / 255 - (mean[at % 3] ?? 0)) / (std[at % 3] ?? 1));
  const expected = tf.tidy(() =>
    features(tf.tensor4d(normalised, [count, size, size, 3])).dataSync<'float32'>(),
  );
  const [images, result] = [join(out, 'images.bin'), join(out, 'features.bin')];
  writeFileSync(images, Buffer.from(given.buffer));
  const script = join(__dirname, 'peer/saved_model.py');
  execFileSync(join(venv, 'bin/python'), [script, out, images, result, String(size), BATCHES.join()], quiet);
  const bytes = readFileSync(result);
  const found = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  if (found.length !== expected.length)
    throw new Error(`${found.length} features instead of ${expected.length}`);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return (
    found.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? NaN))), 0) / scale
  );
}

function makeVenv(venv: string): void {
  if (existsSync(join(venv, 'bin/saved_model_cli'))) return;
  execFileSync('python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  const version = engineInfo().tensorflowVersion;
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', `tensorflow-cpu==${version}`], {
    stdio: 'inherit',
  });
}

void runCommand(main);
