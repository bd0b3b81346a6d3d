import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runChild, temporaryFolder } from './child';
import type { Ended } from './child';
import { writePhotos } from './helpers/photos';

const cwd = temporaryFolder();
const run = join(cwd, 'runs', 'small', 'version_0');

function exportHere(...args: readonly string[]): Promise<Ended> {
  return runChild('test/run/experiments/small.ts', ['export', ...args], { cwd });
}

beforeAll(async () => {
  const { code, errors } = await runChild('test/run/experiments/small.ts', ['--trainer.maxEpochs', '1'], {
    cwd,
  });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

describe('export', () => {
  it('writes the newest checkpoint into the run, with a record of what was checked', async () => {
    const { code, errors, output } = await exportHere('--format', 'onnx', '--input', 'uint8');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    const path = join(run, 'exports', 'epoch=0-step=4.onnx');
    expect(output).toContain('It uses opset 17; its input is uint8 [batch, 3, 32, 32], RGB bytes.\n');
    expect(output).toMatch(
      /^Checked on 16 images by Fulgur's reader of ONNX: largest difference \d\.\de-\d+, \d\.\de-\d+ of the largest feature\.$/m,
    );
    expect(output).toContain(`Exported to ${path}.\n`);
    expect(readdirSync(join(run, 'exports')).sort()).toEqual([
      'epoch=0-step=4.onnx',
      'epoch=0-step=4.onnx.json',
    ]);
    const record = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Record<string, unknown>;
    expect(record).toMatchObject({
      format: 'onnx',
      name: 'small',
      featureWidth: 64,
      input: { height: 32, width: 32, kind: 'uint8', layout: null },
      preprocessing: { kind: 'plain', height: 32, width: 32, interpolation: 'bilinear' },
      identity: {
        experiment: 'small',
        step: 4,
        weights: 'raw',
        checkpoint: join(run, 'checkpoints', 'epoch=0-step=4'),
      },
    });
    const checks = record['checks'] as { images: number; relativeDifference: number }[];
    expect(checks.length).toBeGreaterThan(0);
    for (const { images, relativeDifference } of checks) {
      expect(images).toBe(16);
      expect(relativeDifference).toBeLessThan(1e-5);
    }
  });

  it('recognises the format by the extension, from the current folder, and does not overwrite', async () => {
    mkdirSync(join(cwd, 'out'));
    const out = join('out', 'weights.safetensors');
    expect(await exportHere('--out', out)).toMatchObject({ code: 0, errors: '' });
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['weights.safetensors', 'weights.safetensors.json']);
    const { code, errors } = await exportHere('--out', out);
    expect(code).not.toBe(0);
    expect(errors).toContain(
      `${join(cwd, out)} already exists. Give another path with --out, or replace it with --overwrite.`,
    );
  });

  it('keeps nothing in a trial', async () => {
    const { code, output } = await exportHere('--out', 'trial.onnx', '--untrained', '--trainer.fastDevRun');
    expect(code).toBe(0);
    expect(output).toContain("Checked on 16 images by Fulgur's reader of ONNX");
    expect(existsSync(join(cwd, 'trial.onnx'))).toBe(false);
    expect(readdirSync(cwd).filter((name) => name.includes('trial'))).toEqual([]);
  });

  it('checks on training images if nothing is held out', async () => {
    await writePhotos(join(cwd, 'photos'), 5);
    const { code, errors, output } = await exportHere(
      ...['--out', 'photos.onnx', '--untrained', '--data.name', 'folder', '--data.path', 'photos'],
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain("Checked on 5 images by Fulgur's reader of ONNX");
  });

  it('rejects an input if only weights are written', async () => {
    const { code, errors } = await exportHere('--untrained', '--format', 'safetensors', '--input', 'uint8');
    expect(code).not.toBe(0);
    expect(errors).toContain(
      'A safetensors export contains only weights and has no input. Leave out --input and --layout.',
    );
  });
});
