import * as tf from '@tensorflow/tfjs-core';
import type { LoggedValue } from '../../contracts';
import { compile, watchVariables } from '../../engine';
import { FulgurError } from '../../errors';
import { whileEvaluating, withStepPosition } from '../../nn';
import { StepLogCollector } from '../log/log-router';
import { callStep } from '../step/call-step';
import { FrozenFields } from '../step/frozen-fields';
import type { EvaluationOutcome, EvaluationStep, EvaluationStepParts } from '../step/step-source';
import { evaluationKinds } from './evaluation-kind';

/**
 * Compiles the module's step for a kind of evaluation. The module must be in evaluation mode when the step is called.
 * @throws FulgurError `module` if the module has no such step.
 */
export function compileEvaluationStep<B>({
  kind,
  module,
  options,
  log,
  owners,
  position,
  warn,
}: EvaluationStepParts<B>): EvaluationStep<B> {
  const { step } = evaluationKinds[kind];
  if (module[step] === undefined) throw stepMissing(module, step);
  const frozen = new FrozenFields(step, module, warn);
  const evaluate = (batch: B): { logged: LoggedValue<tf.Scalar>[]; outputs: tf.TensorContainer } => {
    const logged = new StepLogCollector();
    try {
      const work = (): { returned: unknown } => ({
        returned: log.inStep(step, logged, () =>
          frozen.noting(() =>
            withStepPosition(position, () =>
              whileEvaluating(() => callStep(module, step, batch, () => module[step]?.(batch))),
            ),
          ),
        ),
      });
      const {
        result: { returned },
        use,
      } = watchVariables(work);
      owners.check(step, use);
      const outputs =
        kind === 'prediction' ? requireOutputs(module, returned) : refuseOutputs(module, step, returned);
      return { logged: logged.outputs(), outputs };
    } finally {
      logged.dispose();
    }
  };
  // A smaller last batch is not a sign of trouble.
  const compiled = compile<[B], ReturnType<typeof evaluate>>(evaluate, {
    name: step,
    eager: !options.compile,
    precision: options.precision,
    onRetrace: () => undefined,
    onNotice: warn,
  });
  const run = async (batch: B): Promise<EvaluationOutcome> => {
    frozen.check();
    const { logged, outputs } = await compiled(batch);
    return { logged, outputs: outputs as EvaluationOutcome['outputs'] };
  };
  return Object.assign(run, { dispose: () => compiled.dispose() });
}

function refuseOutputs(module: object, step: string, returned: unknown): tf.TensorContainer {
  if (returned === undefined) return {};
  throw new FulgurError('module', {
    what: `${step} of ${module.constructor.name} returned a value.`,
    why: 'Its measurements are logged, not returned.',
    fix: "Write this.log('val_loss', loss) in it, and return nothing.",
  });
}

function requireOutputs(module: object, returned: unknown): tf.TensorContainer {
  const tensors = returned instanceof tf.Tensor ? { prediction: returned as tf.Tensor } : returned;
  const rows = (value: unknown): boolean => value instanceof tf.Tensor && value.rank > 0;
  const fits =
    typeof tensors === 'object' &&
    tensors !== null &&
    !Array.isArray(tensors) &&
    Object.values(tensors).every(rows);
  if (fits) return tensors as tf.TensorContainer;
  throw new FulgurError('module', {
    what: `predictStep of ${module.constructor.name} returned something other than tensors of [batch, ...] by name.`,
    fix: 'Return an object such as { features }.',
  });
}

function stepMissing(module: object, step: string): FulgurError {
  return new FulgurError('module', {
    what: `The module ${module.constructor.name} has no ${step}.`,
    fix: `Write ${step}(batch) in it.`,
  });
}
