import type { BatchSource } from '../../contracts';
import type { NamedSample, NamedSamples } from '../../data';
import { batchSizeOf } from '../../trainer';
import type { Outputs } from '../../trainer';
import { defineCommand } from '../command';
import { PredictionFiles } from '../prediction-files';
import { evaluateByStep } from './evaluate-by-step';

/**
 * Writes what the module's `predictStep` gives: predictions go to a safetensors file beside the record, the samples'
 * names to a third.
 */
export const predict = defineCommand({
  name: 'predict',
  help: 'write what predictStep gives for held-out data',
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

/** The same batches, and the samples of the one that is evaluated now. */
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
