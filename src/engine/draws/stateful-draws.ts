import { FulgurError } from '../../errors';
import { isDrawingForStep } from './active-draws';

/** TensorFlow's operations that draw from their own generator. */
const stateful = new Set([
  ...['RandomUniform', 'RandomUniformInt', 'RandomStandardNormal', 'ParameterizedTruncatedNormal'],
  ...['TruncatedNormal', 'RandomGamma', 'RandomPoisson', 'RandomPoissonV2', 'RandomShuffle', 'Multinomial'],
]);

/** @throws FulgurError `trace` in a step for an operation whose generator is not in checkpoints. */
export function refuseStatefulDraw(operation: string): void {
  if (!stateful.has(operation) || !isDrawingForStep()) return;
  throw new FulgurError('trace', {
    what: `The operation '${operation}' of TensorFlow was used in a step.`,
    why: 'It draws from its own state, which is in no checkpoint and differs between ranks and processes.',
    fix: "Use tf.randomUniform or a similar function, or one of TensorFlow's stateless operations with drawSeed().",
  });
}
