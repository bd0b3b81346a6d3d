import type { BatchSource } from '../../contracts';
import type { NamedSample, NamedSamples } from '../../data';
import { batchSizeOf } from '../../trainer';
import type { Outputs } from '../../trainer';
import { defineCommand } from '../command';
import { PredictionFiles } from '../prediction-files';
import { evaluateByStep } from './evaluate-by-step';

/**
 * Writes the output of the module's `predictStep`: predictions go to a safetensors file beside the record, the samples'
 * names to a third file.
 */
export const predict = defineCommand({
  name: 'predict',
  help: 'write the predictions of predictStep for held-out data',
  selectors: { split: true },
  run: (scope) => {
    const { trainer, module } = scope.run;
    const files = scope.trialImages === null ? new PredictionFiles(scope.stem) : null;
    return evaluateByStep(
      scope,
      (samples) => {
        if (files === null) return trainer.predict(module, samples, scope.evaluated);
        const { source, named } = withNames(samples);
        const take = (outputs: Outputs): Promise<void> => files.add(outputs, named());
        return trainer.predict(module, source, scope.evaluated, take);
      },
      files,
    );
  },
});

/** The same batches, with the samples of the batch being evaluated. */
function withNames(samples: NamedSamples) {
  let current: readonly NamedSample[] = [];
  let before = 0;
  const source: BatchSource<unknown> = {
    samples: samples.samples,
    batchesPerEpoch: samples.batchesPerEpoch,
    close: () => samples.close(),
    async *epoch(...asked) {
      for await (const batch of samples.epoch(...asked)) {
        current = await samples.namesOf(batch, { before, size: batchSizeOf(batch) });
        before += current.length;
        yield batch;
      }
    },
  };
  return { source, named: () => current };
}
