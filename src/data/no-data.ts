import type { DataOptions } from '../contracts';
import { FulgurError } from '../errors';
import type { PreparedData } from './prepare-data';
import { evaluationViewOf } from './prepare-data';

/** In the place of a run's data, for what looks at the model alone: nothing is opened, and what asks for images is refused. */
export function noData(options: DataOptions): PreparedData {
  const name = options.dataset?.name ?? options.batches?.name ?? options.name ?? 'no data';
  const refuse = (): Promise<never> =>
    Promise.reject(
      new FulgurError('data', {
        what: `Images of ${name} were asked for, and this command opens no data.`,
        fix: 'Leave usesData: false out of its definition.',
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
