import { evaluateByNeighbours, knnSchema } from '../../evaluation';
import { defineCommand } from '../command';
import { wildFeatures } from './wild-features';

/**
 * Evaluates the backbone's features by their nearest neighbours among plain training images.
 *
 * @throws FulgurError `module` if the features are not finite.
 */
export const knn = defineCommand({
  name: 'knn',
  help: "evaluate the backbone's features by their nearest neighbours",
  title: 'Nearest neighbours',
  options: knnSchema.shape,
  selectors: { split: 'knn uses the train split as its bank and evaluates on the test split' },
  usesImages: true,
  run: (scope) =>
    scope.inspect('kNN evaluation', async ({ model, report }) => {
      const limit = scope.trialImages;
      const options = { ...scope.options, ...(limit !== null && { bankLimit: limit, queryLimit: limit }) };
      const result = await evaluateByNeighbours(model, scope.data, options, report);
      const { accuracy, k, temperature, classes, bankSamples, querySamples, featureWidth } = result;
      if (accuracy === null) throw wildFeatures(scope.name);
      scope.notify(
        'info',
        `Nearest neighbours on ${result.data}: ${querySamples} images against ${bankSamples}.`,
      );
      return {
        metrics: { knn_accuracy: accuracy },
        data: { samples: querySamples, bankSamples, classes, featureWidth },
        details: { knn: { k, temperature } },
      };
    }),
});
