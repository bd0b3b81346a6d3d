import { z } from 'zod';
import { jsonText, nn, parseJson } from '../../src';
import type { Json, OptimizerState, RankState, RunState, StateDict } from '../../src';
import { resumePointSchema } from './resume-point';

const modelFile = 'model.safetensors';
const optimizerFile = 'optimizer.safetensors';
const stateFile = 'state.json';
const pluginsFile = 'plugins.safetensors';
const ranksFile = 'ranks.safetensors';

/** The files that a run's state is made of, besides the manifest. */
export const stateFileNames = [modelFile, optimizerFile, stateFile] as const;

/** Files of what only some runs have. */
export const optionalFileNames = [pluginsFile, ranksFile] as const;

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
  optimizers: z.array(
    z.object({
      kind: z.string(),
      stepCount: z.number(),
      missed: z.record(z.string(), z.number()).exactOptional(),
    }),
  ),
  ranks: z.array(z.object({ metrics: json })).optional(),
});

/**
 * A run's state as files: tensors as safetensors, slots under `<optimiser's index>/<slot>/<parameter>`, those of plugins
 * under `<plugin>/<name>`, each rank's own under `<rank>/weights/<name>` and `<rank>/optimizers/<slots as above>`, the rest
 * as JSON.
 */
export function encodeState({
  weights,
  optimizers,
  pluginTensors = {},
  ranks,
  ...rest
}: RunState): StateFiles {
  const slots = slotsOf(optimizers);
  const tensors = prefixed(Object.entries(pluginTensors));
  const ownTensors = prefixed(
    (ranks ?? []).map(({ weights: own = new Map(), optimizers: ownOptimizers = [] }, rank) => [
      String(rank),
      prefixed([
        ['weights', own],
        ['optimizers', slotsOf(ownOptimizers)],
      ]),
    ]),
  );
  const counters = optimizers.map(({ kind, stepCount, missed }) => ({ kind, stepCount, missed }));
  return {
    [modelFile]: nn.encodeSafetensors(weights),
    [optimizerFile]: nn.encodeSafetensors(slots),
    [stateFile]: Buffer.from(
      `${jsonText({ ...rest, optimizers: counters, ranks: ranks?.map(({ metrics }) => ({ metrics })) }, 2, 'state')}\n`,
    ),
    ...(tensors.size === 0 ? {} : { [pluginsFile]: nn.encodeSafetensors(tensors) }),
    ...(ownTensors.size === 0 ? {} : { [ranksFile]: nn.encodeSafetensors(ownTensors) }),
  };
}

/** The state that `encodeState` made these files from. */
export function decodeState(files: StateFiles): RunState {
  const { optimizers, ranks, ...rest } = restSchema.parse(
    parseJson(Buffer.from(files[stateFile]).toString('utf8')),
  );
  const tensors = tensorsIn(files[pluginsFile]);
  const ownTensors = tensorsIn(files[ranksFile]);
  const owners = [...new Set([...tensors.keys()].map((name) => name.slice(0, name.indexOf('/'))))];
  const withSlots = (slots: StateDict): OptimizerState[] =>
    optimizers.map((counters, index) => ({ ...counters, slots: below(String(index), slots) }));
  const ownPart = (rank: number): Omit<RankState, 'metrics'> => {
    const own = below(String(rank), ownTensors);
    if (own.size === 0) return {};
    return { weights: below('weights', own), optimizers: withSlots(below('optimizers', own)) };
  };
  return {
    ...rest,
    weights: tensorsIn(files[modelFile]),
    optimizers: withSlots(tensorsIn(files[optimizerFile])),
    ...(owners.length === 0
      ? {}
      : { pluginTensors: Object.fromEntries(owners.map((owner) => [owner, below(owner, tensors)])) }),
    ...(ranks === undefined
      ? {}
      : { ranks: ranks.map(({ metrics }, rank) => ({ metrics, ...ownPart(rank) })) }),
  };
}

function tensorsIn(file: Uint8Array | undefined): StateDict {
  return file === undefined ? new Map<never, never>() : nn.decodeSafetensors(file).tensors;
}

function slotsOf(optimizers: readonly OptimizerState[]): StateDict {
  return prefixed(optimizers.map(({ slots }, index) => [String(index), slots]));
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
