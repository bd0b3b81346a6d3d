import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { start } from '../../../src/engine';
import { onnxModel } from '../../../src/export/onnx/onnx-model';
import { simplify, withUint8Input } from '../../../src/graph';
import * as nn from '../../../src/nn';
import { encoded, someImages } from './written-onnx';

const PACKAGES = ['onnx==1.23.2', 'onnxruntime==1.32.0'];
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** A Python with the packages, made once for each of their versions. */
function python(): string {
  const folder = join(homedir(), '.cache', 'fulgur', 'venvs', PACKAGES.join('-').replaceAll('==', '-'));
  const program = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'ready'))) {
    execFileSync('python3', ['-m', 'venv', folder]);
    execFileSync(program, ['-m', 'pip', 'install', '-q', ...PACKAGES]);
    writeFileSync(join(folder, 'ready'), '');
  }
  return program;
}

/** Writes a module as ONNX with some images, in bytes or not, and its own features of them. */
async function writeCase(
  stem: string,
  module: nn.Module & { forward(x: tf.Tensor4D): tf.Tensor },
  kind: 'float32' | 'uint8',
): Promise<void> {
  module.eval();
  const graph = simplify(await nn.freeze((x) => module.forward(x), { module, inputShape: [32, 32, 3] }));
  const written = kind === 'uint8' ? withUint8Input(graph, imagenet) : graph;
  const { bytes } = encoded(onnxModel(written, 'nchw', { name: 'case', producerVersion: '0', metadata: {} }));
  writeFileSync(`${stem}.onnx`, bytes);
  const [images, normalised, features] = tf.tidy(() => {
    const given =
      kind === 'uint8'
        ? tf.round(tf.mul(tf.abs(someImages(5, [32, 32, 3])), 127))
        : someImages(5, [32, 32, 3]);
    const values = kind === 'uint8' ? tf.div(tf.sub(tf.div(given, 255), imagenet.mean), imagenet.std) : given;
    return [tf.transpose(given, [0, 3, 1, 2]), values, module.forward(values as tf.Tensor4D)];
  });
  const facts = { dtype: kind, shape: images.shape };
  const numbers = { images: [...images.dataSync()], features: [...features.dataSync()] };
  writeFileSync(`${stem}.json`, JSON.stringify({ ...facts, ...numbers }));
  tf.dispose([images, normalised, features]);
  module.dispose();
}

beforeAll(async () => {
  await start();
});

describe("Python's onnx and onnxruntime", () => {
  it('accept the written file, and compute the same features', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fulgur-onnx-'));
    await writeCase(join(folder, 'bytes'), nn.resnet18({ head: 'none', width: 16 }), 'uint8');
    await writeCase(join(folder, 'resnet'), nn.resnet18({ head: 'none', width: 16 }), 'float32');
    const vit = new nn.VisionTransformer({
      imageSize: 32,
      patchSize: 8,
      width: 64,
      depth: 3,
      heads: 2,
      head: 'none',
    });
    await writeCase(join(folder, 'vit'), vit, 'float32');
    const output = execFileSync(python(), [join(__dirname, 'check.py'), folder], { encoding: 'utf8' });
    const lines = output
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    expect(lines.map(([name]) => name)).toEqual(['bytes', 'resnet', 'vit']);
    for (const [, difference] of lines) expect(Number(difference)).toBeLessThan(1e-5);
  });
});
