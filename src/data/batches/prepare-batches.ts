import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs-core';
import { jsonText } from '../../contracts';
import type {
  BatchSource,
  BatchesDeclaration,
  BatchesScope,
  EvaluationData,
  OpenedBatches,
} from '../../contracts';
import type { DataOptions } from '../../contracts';
import { FulgurError, messageOf, valueText } from '../../errors';
import type { DataContext, NamedSamples, PreparedData } from '../prepare-data';
import { sayOnTerminal } from '../say-on-terminal';

/**
 * Opens the user's own batches as the data of a run.
 *
 * @throws FulgurError `data` if they cannot be opened, or `open` did not return a source of batches.
 */
export async function prepareBatches<B>(
  declared: BatchesDeclaration<B>,
  options: DataOptions,
  context: DataContext,
): Promise<PreparedData<B>> {
  const { name } = declared;
  const { rank = 0, worldSize = 1, onMessage = sayOnTerminal, signal } = context;
  const { batchSize, shuffle, dropLast, path } = options;
  const scope: BatchesScope = {
    ...{ seed: context.seed, rank, worldSize, batchSize, shuffle, dropLast, pad: true, path, onMessage },
    cores: context.cores ?? null,
    signal: signal ?? new AbortController().signal,
  };
  const opened = await guarded(name, 'open', async () => {
    const made: unknown = await declared.open(scope);
    const train: unknown =
      typeof made === 'object' && made !== null && 'train' in made ? made.train : undefined;
    if (isSource(train)) return made as OpenedBatches<B>;
    throw notASource(name, 'the train of what open returned', train);
  });
  const { train, heldOut, fingerprint } = opened;
  const samples = train.samplesOverall ?? train.samples * worldSize;
  return {
    train,
    heldOut: async (split = 'test') => {
      if (heldOut === undefined) throw nothingHeldOut(name);
      const ordered = { ...scope, shuffle: false, dropLast: false, pad: false };
      const source: unknown = await guarded(name, 'heldOut', async () => heldOut(split, ordered));
      if (isSource(source)) return named(source as BatchSource<B>);
      throw notASource(name, `what heldOut returned for '${split}'`, source);
    },
    evaluation: withoutImages(name),
    viewSheets: { draw: () => Promise.reject(noImages(name, 'Views of images were')) },
    evaluationView: null,
    plainImages: () => Promise.reject(noImages(name, 'Plain images were')),
    info: {
      ...{ name, samples, batchSize, classes: 0, requested: name, path: path ?? name },
      fingerprint: fingerprint ?? digestOf([name, declared.spec.options, samples]),
    },
  };
}

/** Reports what asked for images although the batches are not images. */
export function withoutImages(name: string): EvaluationData {
  return {
    ...{ name, classes: 0 },
    open: () => Promise.reject(noImages(name, 'Plain images were')),
  };
}

function noImages(name: string, what: string): FulgurError {
  return new FulgurError('data', {
    what: `${what} requested, but the experiment's data is its own batches, ${name}.`,
    fix: 'Use the samples that heldOut opens, or give the experiment a data set of images.',
  });
}

/** Samples are identified by the `indices` tensor of a batch if it has one, otherwise by their position in the source. */
function named<B>(source: BatchSource<B>): NamedSamples<B> {
  return {
    batchesPerEpoch: source.batchesPerEpoch,
    samples: source.samples,
    epoch: (...asked) => source.epoch(...asked),
    close: () => source.close(),
    namesOf: async (batch, { before, size }) => {
      const own = indicesIn(batch);
      const indices =
        own === null ? Array.from({ length: size }, (_, row) => before + row) : [...(await own.data())];
      return indices.map((index) => ({ index, name: String(index), class: null }));
    },
  };
}

function indicesIn(batch: unknown): tf.Tensor | null {
  const found: unknown =
    typeof batch === 'object' && batch !== null && 'indices' in batch ? batch.indices : null;
  return found instanceof tf.Tensor && found.rank === 1 ? (found as tf.Tensor) : null;
}

function isSource(value: unknown): value is BatchSource<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { epoch, close } = value as Partial<Record<string, unknown>>;
  return typeof epoch === 'function' && typeof close === 'function';
}

async function guarded<T>(name: string, step: 'open' | 'heldOut', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('data', {
      what: `The batches ${name} cannot be opened: ${messageOf(cause).replace(/\.$/, '')}.`,
      fix: `Correct their options or data, or ${step} in defineBatches.`,
      cause,
    });
  }
}

function notASource(name: string, what: string, found: unknown): FulgurError {
  return new FulgurError('data', {
    what: `Of the batches ${name}, ${what} is ${typeof found === 'object' ? 'not a source of batches' : valueText(found)}.`,
    fix: 'Return an object with batchesPerEpoch, samples, epoch() and close(), such as tensorBatches() makes.',
  });
}

function nothingHeldOut(name: string): FulgurError {
  return new FulgurError('data', {
    what: `Held-out samples were requested, but the batches ${name} have none.`,
    fix: 'Return heldOut from open in defineBatches; for a fit, --trainer.limitValBatches 0 turns validation off.',
  });
}

function digestOf(facts: unknown): string {
  return createHash('sha256').update(jsonText(facts)).digest('hex').slice(0, 16);
}
