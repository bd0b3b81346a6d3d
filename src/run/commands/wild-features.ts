import { FulgurError } from '../../errors';

/** The error for a model whose features cannot be evaluated. */
export function wildFeatures(experiment: string): FulgurError {
  return new FulgurError('module', {
    what: `The features of the backbone of '${experiment}' are not finite.`,
    why: 'Training has diverged.',
    fix: 'Evaluate an earlier checkpoint, or train with a smaller learning rate.',
  });
}
