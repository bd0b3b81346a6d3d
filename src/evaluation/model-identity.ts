import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Json, StateDict, WeightKind } from '../contracts';

/** Identifies the model that produced some features: it is stored with embeddings and exports. */
export interface ModelIdentity {
  readonly experiment: string;
  /** The checkpoint's folder; `null` for random weights. */
  readonly checkpoint: string | null;
  /** The number of optimiser updates of the weights. */
  readonly step: number;
  readonly epoch: number;
  readonly weights: WeightKind;
  /** A digest of the evaluated parameters and buffers. */
  readonly sha256: string;
  /** How images are resized and normalised: the name of the evaluation view with its options. */
  readonly view: Json;
  /** The version of Fulgur. */
  readonly fulgur: string;
}

const schema = z.object({
  experiment: z.string(),
  checkpoint: z.string().nullable(),
  step: z.number(),
  epoch: z.number(),
  weights: z.enum(['raw', 'averaged']),
  sha256: z.string(),
  view: z.json(),
  fulgur: z.string(),
});

/** Returns a digest of a state: names, types, shapes and values, in the order of the names. */
export function stateDigest(state: StateDict): string {
  const hash = createHash('sha256');
  for (const name of [...state.keys()].sort()) {
    const tensor = state.get(name);
    if (tensor === undefined) continue;
    const { dtype, shape, data } = tensor;
    hash.update(`${JSON.stringify([name, dtype, shape])}\n`);
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

/** Returns the identity in a file; `null` for an invalid one. */
export function parseModelIdentity(value: unknown): ModelIdentity | null {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Whether the features of both can be compared: the same weights saw the same view. */
export function isSameModel(a: ModelIdentity, b: ModelIdentity): boolean {
  return a.sha256 === b.sha256 && sortedText(a.view) === sortedText(b.view);
}

/** Describes a model to a user: `fastsiam at step 120 (runs/fastsiam/version_0/checkpoints/epoch=1-step=120)`. */
export function modelName({ experiment, checkpoint, step, weights }: ModelIdentity): string {
  const kind = weights === 'averaged' ? ', averaged weights' : '';
  return checkpoint === null
    ? `${experiment} with random weights`
    : `${experiment} at step ${step}${kind} (${checkpoint})`;
}

function sortedText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => sortedText(item)).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sortedText(member)}`).join()}}`;
}
