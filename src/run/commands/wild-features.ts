import { FulgurError } from '../../errors';

/** What is said where a model's features cannot be judged. */
export function wildFeatures(experiment: string): FulgurError {
  return new FulgurError('module', {
    what: `The backbone of '${experiment}' gives features that are not finite.`,
    why: 'Training has diverged.',
    fix: 'Evaluate an earlier checkpoint, or train with a smaller learning rate.',
  });
}
