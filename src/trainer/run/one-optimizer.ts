import type { FitPlan, Optimizer } from '../../contracts';
import { FulgurError } from '../../errors';
import type { LogRouter } from '../log/log-router';
import type { TrainingModule } from '../training-module';

/**
 * Asks the module for its optimiser.
 *
 * @throws FulgurError `module` unless it is exactly one.
 */
export async function configureOneOptimizer<B>(
  module: TrainingModule<B>,
  plan: FitPlan,
  log: LogRouter,
): Promise<Optimizer> {
  const configured: unknown = await log.at('configureOptimizers', () => module.configureOptimizers(plan));
  const optimizers: unknown[] = Array.isArray(configured) ? configured : [configured];
  const [optimizer] = optimizers;
  if (optimizers.length === 1 && isOptimizer(optimizer)) return optimizer;
  const given = optimizers.every(isOptimizer)
    ? `${optimizers.length} optimisers`
    : 'something else than an optimiser';
  throw new FulgurError('module', {
    what: `configureOptimizers of ${module.constructor.name} returned ${given}.`,
    why: 'A training step makes one update, with one optimiser.',
    fix: 'Return one, such as optim.sgd(this.parameters(), { learningRate: 0.1 }); parameter groups give parameters options of their own.',
  });
}

function isOptimizer(value: unknown): value is Optimizer {
  return typeof value === 'object' && value !== null && 'gradients' in value && 'apply' in value;
}
