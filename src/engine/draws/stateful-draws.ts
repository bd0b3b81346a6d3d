import { FulgurError } from '../../errors';
import { isDrawingForStep } from './active-draws';

/** TensorFlow's operations that draw from a generator of their own. */
const stateful = new Set([
  ...['RandomUniform', 'RandomUniformInt', 'RandomStandardNormal', 'ParameterizedTruncatedNormal'],
  ...['TruncatedNormal', 'RandomGamma', 'RandomPoisson', 'RandomPoissonV2', 'RandomShuffle', 'Multinomial'],
]);

/** @throws FulgurError `trace` in a step for an operation whose generator no checkpoint contains. */
export function refuseStatefulDraw(operation: string): void {
  if (!stateful.has(operation) || !isDrawingForStep()) return;
  throw new FulgurError('trace', {
    what: `The operation '${operation}' of TensorFlow was used in a step.`,
    why: 'It draws from a state of its own, which no checkpoint contains and no two ranks or processes agree on.',
    fix: "Use tf.randomUniform and the like, or one of TensorFlow's stateless operations with drawSeed().",
  });
}
