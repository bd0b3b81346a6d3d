import { z } from 'zod';
import { nn } from '../../src';
import type { Json, RunState, StateDict, StateTensor } from '../../src';
import { resumePointSchema } from './resume-point';

const modelFile = 'model.safetensors';
const optimizerFile = 'optimizer.safetensors';
const stateFile = 'state.json';
const pluginsFile = 'plugins.safetensors';

/** The files that a run's state is made of, besides the manifest. */
export const stateFileNames = [modelFile, optimizerFile, stateFile] as const;

/** Files of what only some runs have. */
export const optionalFileNames = [pluginsFile] as const;

export type StateFiles = Readonly<Record<(typeof stateFileNames)[number], Uint8Array>> &
  Readonly<Partial<Record<(typeof optionalFileNames)[number], Uint8Array>>>;

const json = z.custom<Json>((value) => value !== undefined);

const restSchema = z.object({
  experiment: z.string(),
  seed: z.number(),
  progress: resumePointSchema,
  hyperparameters: z.record(z.string(), json),
  plugins: z.record(z.string(), json),
  metrics: json,
  optimizers: z.array(z.object({ kind: z.string(), stepCount: z.number() })),
});

/**
 * A run's state as files: tensors as safetensors, slots under `<optimiser's index>/<slot>/<parameter>`, those of plugins
 * under `<plugin>/<name>`, the rest as JSON.
 */
export function encodeState({ weights, optimizers, pluginTensors = {}, ...rest }: RunState): StateFiles {
  const slots = prefixed(optimizers.map((optimizer, index) => [String(index), optimizer.slots]));
  const tensors = prefixed(Object.entries(pluginTensors));
  const counters = optimizers.map(({ kind, stepCount }) => ({ kind, stepCount }));
  return {
    [modelFile]: nn.encodeSafetensors(weights),
    [optimizerFile]: nn.encodeSafetensors(slots),
    [stateFile]: Buffer.from(`${JSON.stringify({ ...rest, optimizers: counters }, null, 2)}\n`),
    ...(tensors.size === 0 ? {} : { [pluginsFile]: nn.encodeSafetensors(tensors) }),
  };
}

/** The state that `encodeState` made these files from. */
export function decodeState(files: StateFiles): RunState {
  const { optimizers, ...rest } = restSchema.parse(
    JSON.parse(Buffer.from(files[stateFile]).toString('utf8')),
  );
  const slots = nn.decodeSafetensors(files[optimizerFile]).tensors;
  const stored = files[pluginsFile];
  const tensors =
    stored === undefined ? new Map<string, StateTensor>() : nn.decodeSafetensors(stored).tensors;
  const owners = [...new Set([...tensors.keys()].map((name) => name.slice(0, name.indexOf('/'))))];
  return {
    ...rest,
    weights: nn.decodeSafetensors(files[modelFile]).tensors,
    optimizers: optimizers.map((counters, index) => ({ ...counters, slots: below(String(index), slots) })),
    ...(owners.length === 0
      ? {}
      : { pluginTensors: Object.fromEntries(owners.map((owner) => [owner, below(owner, tensors)])) }),
  };
}

/** State dicts as one, each under its owner's name. */
function prefixed(dicts: readonly (readonly [owner: string, dict: StateDict])[]): StateDict {
  return new Map(
    dicts.flatMap(([owner, dict]) =>
      [...dict].map(([name, tensor]) => [`${owner}/${name}`, tensor] as const),
    ),
  );
}

/** What `prefixed` put under an owner's name. */
function below(owner: string, dict: StateDict): StateDict {
  const prefix = `${owner}/`;
  const own = [...dict].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
