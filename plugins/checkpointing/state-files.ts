import { z } from 'zod';
import { jsonText, nn, parseJson } from '../../src';
import type { Json, OptimizerState, RankState, Recalled, RunOrigin, RunState, StateDict } from '../../src';

const place = { epoch: z.number(), nextBatch: z.number(), globalStep: z.number() };

/** The progress from which a run resumes, as stored. */
export const resumePointSchema = z.union([
  z.object({ ...place, validated: z.literal(true) }),
  z.object(place),
]);

const modelFile = 'model.safetensors';
const optimizerFile = 'optimizer.safetensors';
export const stateFile = 'state.json';
const pluginsFile = 'plugins.safetensors';
const ranksFile = 'ranks.safetensors';

/** The files of a run's state, besides the manifest. */
export const stateFileNames = [modelFile, optimizerFile, stateFile] as const;

/** Files that only some runs need. */
export const optionalFileNames = [pluginsFile, ranksFile] as const;

type StateFileName = (typeof stateFileNames)[number];
type OptionalFileName = (typeof optionalFileNames)[number];

/** Files to write, each as consecutive parts. */
export type StateFiles = Readonly<Record<StateFileName, readonly Uint8Array[]>> &
  Readonly<Partial<Record<OptionalFileName, readonly Uint8Array[]>>>;

/** The contents read from the files: tensors, and the text beside them. */
export interface StateParts {
  readonly rest: Uint8Array;
  readonly tensors: Readonly<Partial<Record<string, StateDict>>>;
}

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
  ranks: z.array(z.object({ metrics: json, plugins: z.record(z.string(), json).optional() })).optional(),
  origin: z.custom<RunOrigin>((value) => typeof value === 'object' && value !== null).exactOptional(),
  stop: z.object({ reason: z.string(), by: z.string() }).exactOptional(),
});

/**
 * Encodes a run's state as files: tensors as safetensors, slots under `<optimiser's index>/<slot>/<parameter>`,
 * plugins' tensors under `<plugin>/<name>`, those that differ per rank under `<rank>/weights/<name>`,
 * `<rank>/optimizers/<slots as above>` and `<rank>/plugins/<plugin>/<name>`, and the rest as JSON.
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
    (ranks ?? []).map((own, rank) => [
      String(rank),
      prefixed([
        ['weights', own.weights ?? new Map<never, never>()],
        ['optimizers', slotsOf(own.optimizers ?? [])],
        ['plugins', prefixed(Object.entries(own.pluginTensors ?? {}))],
      ]),
    ]),
  );
  const counters = optimizers.map(({ kind, stepCount, missed }) => ({ kind, stepCount, missed }));
  return {
    [modelFile]: nn.safetensorsParts(weights),
    [optimizerFile]: nn.safetensorsParts(slots),
    [stateFile]: [
      Buffer.from(
        `${jsonText({ ...rest, optimizers: counters, ranks: ranks?.map(({ metrics, plugins }) => ({ metrics, plugins })) }, 2, 'state')}\n`,
      ),
    ],
    ...(tensors.size === 0 ? {} : { [pluginsFile]: nn.safetensorsParts(tensors) }),
    ...(ownTensors.size === 0 ? {} : { [ranksFile]: nn.safetensorsParts(ownTensors) }),
  };
}

/** Decodes the files that `encodeState` made. */
export function decodeState(read: StateParts): RunState {
  const { optimizers, ranks, ...rest } = restSchema.parse(parseJson(Buffer.from(read.rest).toString('utf8')));
  const tensorsIn = (file: string): StateDict => read.tensors[file] ?? new Map<never, never>();
  const tensors = tensorsIn(pluginsFile);
  const ownTensors = tensorsIn(ranksFile);
  const withSlots = (slots: StateDict): OptimizerState[] =>
    optimizers.map((counters, index) => ({ ...counters, slots: below(String(index), slots) }));
  const ownPart = (rank: number): Omit<RankState, 'metrics' | 'plugins'> => {
    const own = below(String(rank), ownTensors);
    const weights = below('weights', own);
    const slots = below('optimizers', own);
    return {
      ...(weights.size > 0 && { weights }),
      ...(slots.size > 0 && { optimizers: withSlots(slots) }),
      ...byOwner(below('plugins', own)),
    };
  };
  return {
    ...rest,
    weights: tensorsIn(modelFile),
    optimizers: withSlots(tensorsIn(optimizerFile)),
    ...byOwner(tensors),
    ...(ranks === undefined
      ? {}
      : {
          ranks: ranks.map(({ metrics, plugins }, rank) => ({
            metrics,
            ...(plugins !== undefined && { plugins }),
            ...ownPart(rank),
          })),
        }),
  };
}

/** Plugins' tensors by the plugin's name; plugins without tensors are left out. */
function byOwner(tensors: StateDict): Pick<RankState, 'pluginTensors'> {
  const owners = [...new Set([...tensors.keys()].map((name) => name.slice(0, name.indexOf('/'))))];
  if (owners.length === 0) return {};
  return { pluginTensors: Object.fromEntries(owners.map((owner) => [owner, below(owner, tensors)])) };
}

/** Decodes `state.json` alone, without the tensors beside it. */
export function decodeOrigin(state: Uint8Array): Pick<Recalled, 'origin' | 'progress'> {
  const { origin = null, progress } = restSchema.parse(parseJson(Buffer.from(state).toString('utf8')));
  return { origin, progress };
}

function slotsOf(optimizers: readonly OptimizerState[]): StateDict {
  return prefixed(optimizers.map(({ slots }, index) => [String(index), slots]));
}

/** Merges state dicts, each under its owner's name. */
function prefixed(dicts: readonly (readonly [owner: string, dict: StateDict])[]): StateDict {
  return new Map(
    dicts.flatMap(([owner, dict]) =>
      [...dict].map(([name, tensor]) => [`${owner}/${name}`, tensor] as const),
    ),
  );
}

/** Returns what `prefixed` put under an owner's name. */
function below(owner: string, dict: StateDict): StateDict {
  const prefix = `${owner}/`;
  const own = [...dict].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
