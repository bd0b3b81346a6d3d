import { hyperParameters } from '../../src/metadata';
import type { ExperimentClass } from '../../src';

/** What makes an experiment small, where it has such a hyperparameter. */
const small: Readonly<Record<string, number>> = {
  width: 8,
  depth: 1,
  heads: 2,
  hiddenFeatures: 16,
  outFeatures: 16,
  queueSize: 24,
  decoderWidth: 16,
  decoderHeads: 2,
};

/** Values of an experiment's hyperparameters that make it small. */
export function smallValues(experiment: ExperimentClass): Readonly<Record<string, number>> {
  const names = hyperParameters(experiment).map(({ name }) => name);
  return Object.fromEntries(Object.entries(small).filter(([name]) => names.includes(name)));
}
