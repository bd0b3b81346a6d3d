import { defineCommand } from '../command';
import { evaluateByStep } from './evaluate-by-step';

/** Evaluates a checkpoint with the module's `testStep`. */
export const test = defineCommand({
  name: 'test',
  help: 'run testStep over held-out data',
  selectors: { split: true },
  run: (scope) => {
    const { trainer, module } = scope.run;
    return evaluateByStep(scope, (samples) => trainer.test(module, samples, scope.evaluated));
  },
});
