import { evaluateByFinetuning, finetuneSchema } from '../../evaluation';
import { encodeSafetensors } from '../../nn';
import { featuresOf } from '../../trainer';
import { defineCommand } from '../command';

/**
 * Evaluates a backbone as an initialisation: trains a linear classifier and the backbone together, and writes the
 * finetuned weights beside the record.
 *
 * @throws FulgurError `module` if training diverges.
 */
export const finetune = defineCommand({
  name: 'finetune',
  help: 'train a linear classifier and the backbone end to end, and evaluate them',
  title: 'Finetuning',
  options: finetuneSchema.shape,
  selectors: { split: 'finetune trains on the train split and evaluates on the test split' },
  usesImages: true,
  run: (scope) =>
    scope.inspect('finetuning', async ({ report }) => {
      const limit = scope.trialImages;
      const options = {
        ...scope.options,
        ...(limit !== null && { epochs: 1, trainLimit: limit, testLimit: limit }),
      };
      const { compile, precision } = scope.run.config.trainer;
      const result = await evaluateByFinetuning(
        { module: scope.module, features: featuresOf(scope.module) },
        scope.data,
        options,
        { eager: !compile, precision },
        report,
      );
      const { accuracy, accuracyTop5, state, ...settings } = result;
      const { classes, data, trainSamples, testSamples, featureWidth, ...rule } = settings;
      await scope.write('.safetensors', encodeSafetensors(state));
      scope.notify(
        'info',
        `Finetuned on ${data}: trained on ${trainSamples} images, tested on ${testSamples}.`,
      );
      return {
        metrics: {
          finetune_accuracy: accuracy,
          ...(accuracyTop5 !== null && { finetune_accuracy_top5: accuracyTop5 }),
        },
        data: { samples: testSamples, trainSamples, classes, featureWidth },
        details: {
          finetune: { ...rule, optimizer: 'sgd', momentum: 0.9, weightDecay: 0, schedule: 'cosine' },
        },
      };
    }),
});
