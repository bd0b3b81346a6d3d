import { createHash } from 'node:crypto';
import type { ViewBatch } from '../../../../src/contracts';
import type { loader } from '../../../../src/data';

/** What a batch held, as plain values to compare. */
export interface SeenBatch {
  readonly indices: readonly number[];
  readonly labels: readonly number[];
  /** Of the bytes of each view. */
  readonly hashes: readonly string[];
}

type Batches = ReturnType<typeof loader>;

export function seen({ views, labels, indices }: ViewBatch): SeenBatch {
  return {
    indices: [...indices.dataSync()],
    labels: [...labels.dataSync()],
    hashes: views.map((view) => {
      const values = view.dataSync<'float32'>();
      return createHash('md5')
        .update(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
        .digest('hex');
    }),
  };
}

/** All batches of some epochs, one epoch after the other. */
export async function seenIn(
  batches: Batches,
  epochs: readonly number[],
  options: { startBatch?: number; limit?: number } = {},
): Promise<SeenBatch[]> {
  const all: SeenBatch[] = [];
  for (const epoch of epochs) for await (const batch of batches.epoch(epoch, options)) all.push(seen(batch));
  return all;
}
