import type { DataOptions } from '../contracts';
import { FulgurError } from '../errors';
import type { PreparedData } from './prepare-data';
import { evaluationViewOf } from './prepare-data';

/** Replaces a run's data for commands that only need the model: nothing is opened, and requests for images are rejected. */
export function noData(options: DataOptions): PreparedData {
  const name = options.dataset?.name ?? options.batches?.name ?? options.name ?? 'no data';
  const refuse = (): Promise<never> =>
    Promise.reject(
      new FulgurError('data', {
        what: `Images of ${name} were requested, but this command opens no data.`,
        fix: 'Remove usesData: false from its definition.',
      }),
    );
  return {
    train: { samples: 0, batchesPerEpoch: 0, epoch: nothing, close: () => Promise.resolve() },
    heldOut: refuse,
    evaluation: { name, classes: 0, open: refuse },
    viewSheets: { draw: refuse },
    evaluationView: options.batches === null ? evaluationViewOf(options) : null,
    plainImages: refuse,
    info: {
      ...{ name, samples: 0, classes: 0, fingerprint: '', batchSize: options.batchSize },
      ...{ requested: name, path: options.path ?? name },
    },
  };
}

async function* nothing(): AsyncGenerator<never> {
  // There is none.
}
