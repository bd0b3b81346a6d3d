import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  manifestText,
  openCheckpoint,
  readCheckpoint,
  recallCheckpoint,
} from '../../plugins/checkpointing/checkpoint-folder';
import { CheckpointStore } from '../../plugins/checkpointing/checkpoint-store';
import type { CheckpointManifest } from '../../plugins/checkpointing/checkpoint-folder';
import { jsonText, parseJson } from '../../src/contracts';
import type { RunState } from '../../src/contracts';
import { changed, damaged, deepJson, pick } from './draws';
import type { RandomStream } from '../../src/engine/random';
import { accepted, defect, refusalOf } from './outcome';
import type { Group } from './outcome';

const state: RunState = {
  experiment: 'fuzzed',
  seed: 3,
  weights: new Map([['w', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }]]),
  optimizers: [
    {
      kind: 'sgd',
      stepCount: 4,
      slots: new Map([['momentum/w', { dtype: 'F32', shape: [2], data: Float32Array.of(3, 4) }]]),
    },
  ],
  progress: { epoch: 1, nextBatch: 0, globalStep: 4 },
  hyperparameters: { lr: 0.06, nothing: null },
  plugins: { 'csv-logger': { rows: 4 } },
  metrics: { loss: [1, NaN] },
};

/** A checkpoint with bytes or members changed; in half of the cases its digests are recomputed. */
export const checkpoints: Group = {
  name: 'checkpoints',
  limit: 5000,
  async run(draw) {
    const folder = await mkdtemp(join(tmpdir(), 'fulgur-fuzz-'));
    try {
      const { path, manifest } = await new CheckpointStore(folder).save('one', state, {
        reason: 'epoch',
        monitor: null,
      });
      const rightAgain = await change(draw, path, manifest);
      try {
        const stored = await openCheckpoint(path);
        await recallCheckpoint(stored);
        const read = await readCheckpoint(stored);
        const unread = !rightAgain && textOf(read) !== textOf(state);
        return unread ? defect('damage was read') : accepted;
      } catch (error) {
        return refusalOf(error, ['Damage']);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

/** Whether the digests were recomputed. */
async function change(draw: RandomStream, path: string, manifest: CheckpointManifest): Promise<boolean> {
  const file = join(path, pick(draw, (await readdir(path)).sort()));
  if (draw.chance(0.35)) {
    await writeFile(file, damaged(draw, await readFile(file)));
    return false;
  }
  if (draw.chance(0.4)) {
    const other = draw.chance(0.1)
      ? deepJson(draw, 1 << (6 + draw.below(10)))
      : textOfManifest(changed(draw, manifest));
    await writeFile(join(path, 'manifest.json'), other);
    return true;
  }
  const name = draw.chance(0.7) ? 'state.json' : 'model.safetensors';
  const before = await readFile(join(path, name));
  const next =
    name !== 'state.json'
      ? damaged(draw, before)
      : draw.chance(0.1)
        ? deepJson(draw, 1 << (6 + draw.below(10)))
        : jsonText(changed(draw, parseJson(before.toString())));
  const bytes = Buffer.from(next);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(path, name), bytes);
  await writeFile(
    join(path, 'manifest.json'),
    manifestText({ ...manifest, files: { ...manifest.files, [name]: { bytes: bytes.length, sha256 } } }),
  );
  return true;
}

function textOfManifest(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? manifestText(value as CheckpointManifest)
    : jsonText(value);
}

function textOf({ weights, optimizers, ...rest }: RunState): string {
  const tensors = [weights, ...optimizers.map(({ slots }) => slots)].map((dict) =>
    [...dict].map(([name, { data }]) => [name, [...data].map(String)]),
  );
  return jsonText({
    ...rest,
    tensors,
    optimizers: optimizers.map(({ kind, stepCount }) => [kind, stepCount]),
  });
}
