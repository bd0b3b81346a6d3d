import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { KnnEval } from './knn-eval';
import { knnEvalOptions } from './options';
import type { KnnEvalOptions } from './options';

export { KnnEval } from './knn-eval';
export type { KnnEvalOptions } from './options';

/**
 * Measures what the backbone has learnt without any training on labels: the accuracy with which a held-out image's
 * class is told by its nearest neighbours among training images. The rule is lightly's `knn_predict` (Wu et al. 2018,
 * InstDisc): the k most similar by cosine vote for their class with weight exp(similarity / temperature). Logs
 * `knn_accuracy` (with random weights `knn_accuracy_untrained`), and appends what the figure depends on to `knn.jsonl` in the run folder.
 *
 * ```ts
 * plugins: [knnEval({ everyNEpochs: 1 })]
 * ```
 */
export function knnEval(
  options: KnnEvalOptions = {},
): PluginDescriptor<never, 'knn_accuracy' | 'knn_accuracy_untrained'> {
  return pluginWithOptions(KnnEval, 'knnEval', knnEvalOptions, options);
}
