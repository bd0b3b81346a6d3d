import { defineCommand } from '../command';
import { evaluateByStep } from './evaluate-by-step';

/** Evaluates a checkpoint with the module's `validationStep`. */
export const validate = defineCommand({
  name: 'validate',
  help: 'run validationStep over held-out data',
  selectors: { split: true },
  run: (scope) => {
    const { trainer, module } = scope.run;
    return evaluateByStep(scope, (samples) => trainer.validate(module, samples, scope.evaluated));
  },
});
