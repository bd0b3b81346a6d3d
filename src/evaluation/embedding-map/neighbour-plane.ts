import { createRequire } from 'node:module';
import type { UMAP } from 'umap-js';
import type { TaskReport } from '../../contracts';
import { RandomStream } from '../../engine';
import type { FeatureTable } from '../feature-table';
import { similarRows } from './similar-rows';

/** With fewer rows there are no meaningful neighbourhoods. */
export const FEWEST_FOR_UMAP = 5;

/**
 * Places rows such that neighbours by cosine similarity stay neighbours (UMAP, McInnes et al. 2018, by umap-js): close
 * points are similar, but distances between far ones mean little. Equal features and seeds give equal places.
 *
 * @param neighbours the number of neighbours of each row, at most the number of other rows.
 */
export async function neighbourPlane(
  table: FeatureTable,
  {
    seed,
    neighbours,
    minDist,
  }: { readonly seed: number; readonly neighbours: number; readonly minDist: number },
  report?: TaskReport,
): Promise<Float32Array> {
  const rows = table.labels.length;
  const count = Math.min(neighbours, rows - 1);
  const { indices, distances } = await similarRows(
    table,
    count,
    (done, all) => report?.(done, 2 * all) ?? Promise.resolve(),
  );
  const { UMAP: Umap } = createRequire(__filename)('umap-js') as { UMAP: typeof UMAP };
  const stream = new RandomStream(seed, 'evaluation', [0, 3]);
  const umap = new Umap({ nNeighbors: count, minDist, random: () => stream.word() / 2 ** 32 });
  umap.setPrecomputedKNN(indices, distances);
  const epochs = umap.initializeFit(Array.from({ length: rows }, (_, row) => [row]));
  for (let epoch = 0; epoch < epochs; epoch++) {
    umap.step();
    if (epoch % 10 === 0) await report?.(epochs + epoch, 2 * epochs);
  }
  return Float32Array.from(umap.getEmbedding().flatMap(([x = 0, y = 0]) => [x, y]));
}
