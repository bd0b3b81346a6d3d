import { z } from 'zod';
import { nn } from '../../src';
import type { Json, RunState, StateDict } from '../../src';

const modelFile = 'model.safetensors';
const optimizerFile = 'optimizer.safetensors';
const stateFile = 'state.json';

/** The files that a run's state is made of, besides the manifest. */
export const stateFileNames = [modelFile, optimizerFile, stateFile] as const;

export type StateFiles = Readonly<Record<(typeof stateFileNames)[number], Uint8Array>>;

const json = z.custom<Json>((value) => value !== undefined);

const restSchema = z.object({
  experiment: z.string(),
  seed: z.number(),
  progress: z.object({ epoch: z.number(), nextBatch: z.number(), globalStep: z.number() }),
  hyperparameters: z.record(z.string(), json),
  plugins: z.record(z.string(), json),
  metrics: json,
  optimizers: z.array(z.object({ kind: z.string(), stepCount: z.number() })),
});

/** A run's state as files: tensors as safetensors, slots under `<optimiser's index>/<slot>/<parameter>`, the rest as JSON. */
export function encodeState({ weights, optimizers, ...rest }: RunState): StateFiles {
  const slots: StateDict = new Map(
    optimizers.flatMap((optimizer, index) =>
      [...optimizer.slots].map(([name, tensor]) => [`${index}/${name}`, tensor] as const),
    ),
  );
  const counters = optimizers.map(({ kind, stepCount }) => ({ kind, stepCount }));
  return {
    [modelFile]: nn.encodeSafetensors(weights),
    [optimizerFile]: nn.encodeSafetensors(slots),
    [stateFile]: Buffer.from(`${JSON.stringify({ ...rest, optimizers: counters }, null, 2)}\n`),
  };
}

/** The state that `encodeState` made these files from. */
export function decodeState(files: StateFiles): RunState {
  const { optimizers, ...rest } = restSchema.parse(
    JSON.parse(Buffer.from(files[stateFile]).toString('utf8')),
  );
  const slots = [...nn.decodeSafetensors(files[optimizerFile]).tensors];
  return {
    ...rest,
    weights: nn.decodeSafetensors(files[modelFile]).tensors,
    optimizers: optimizers.map((counters, index) => {
      const prefix = `${index}/`;
      const own = slots.filter(([name]) => name.startsWith(prefix));
      return {
        ...counters,
        slots: new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
      };
    }),
  };
}
