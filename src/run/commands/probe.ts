import { FulgurError } from '../../errors';
import { evaluateByProbe, probeSchema } from '../../evaluation';
import type { ProbeOptions } from '../../evaluation';
import { defineCommand } from '../command';
import { wildFeatures } from './wild-features';

/**
 * Evaluates the backbone's features with a linear classifier on plain held-out images.
 *
 * @throws FulgurError `module` if the features, or the classifier trained on them, are not finite.
 */
export const probe = defineCommand({
  name: 'probe',
  help: "evaluate the backbone's features with a linear classifier",
  title: 'Linear probe',
  options: probeSchema.shape,
  selectors: { split: 'probe trains on the train split and evaluates on the test split' },
  usesImages: true,
  run: (scope) =>
    scope.inspect('linear probe', async ({ model, report }) => {
      const limit = scope.trialImages;
      const options = { ...scope.options, ...(limit !== null && { trainLimit: limit, testLimit: limit }) };
      const result = await evaluateByProbe(model, scope.data, options, report);
      const { accuracy, accuracyTop5, diverged, trainLoss, ...settings } = result;
      if (accuracy === null)
        throw diverged === 'features' ? wildFeatures(scope.name) : wildClassifier(options);
      const { classes, data, trainSamples, testSamples, featureWidth, ...rule } = settings;
      scope.notify(
        'info',
        `Linear probe on ${data}: trained on ${trainSamples} images, tested on ${testSamples}.`,
      );
      return {
        metrics: {
          linear_accuracy: accuracy,
          ...(accuracyTop5 !== null && { linear_accuracy_top5: accuracyTop5 }),
        },
        data: { samples: testSamples, trainSamples, classes, featureWidth },
        details: { probe: { ...rule, trainLoss } },
      };
    }),
});

function wildClassifier({ learningRate, standardize }: ProbeOptions): FulgurError {
  return new FulgurError('module', {
    what: `The linear classifier diverged at learning rate ${learningRate}.`,
    ...(standardize ? {} : { why: 'Features that are not standardised may have any scale.' }),
    fix: 'Set a smaller one with --probe.learningRate.',
  });
}
